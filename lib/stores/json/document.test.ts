import { mkdir, symlink } from 'node:fs/promises'

import { describe, expect, it } from 'vitest'

import { aSession, aToken, aUser } from '#lib/stores/contract/samples.ts'

import type { UserRecord } from '#lib/stores/types.ts'

import { encodeSections } from './document.ts'
import { freshFolder, type TestFolder } from './folder-for-test.ts'
import { PagedRecords } from './paged-records.ts'

describe('a damaged file stops the start, is named in the error and stays unchanged:', () => {
  for (const name of ['users.json', 'sessions.json', 'tokens.json']) {
    it(`${name} truncated at any byte`, async () => {
      const folder = await filledFolder()
      const whole = Buffer.from(await folder.read(name))
      for (let length = 0; length < whole.length - 1; length++) {
        await expectRefusal(folder, name, whole.subarray(0, length))
      }
      // Without the final line end the file is still complete.
      await folder.write(name, whole.subarray(0, -1))
      const { users, sessions } = await folder.open()
      expect(await users.findByUsername('zoë')).toEqual(aUser({ id: 'u2', username: 'zoë' }))
      expect(await sessions.find('s2')).toEqual(aSession({ id: 's2', userId: 'u1' }))
    })
  }

  const record = JSON.stringify(aUser({ id: 'u1', passwordHash: 'secret-hash' }))
  const usersFile = (lines: string) => `{"version":1,"users":{\n${lines}\n}}\n`
  const garbage: [why: string, content: string | Buffer, says: RegExp][] = [
    ['empty', '', /is empty/],
    ['white space', ' \n', /line 2, column 1: the file ends too early/],
    ['zeros', Buffer.alloc(4096), /line 1, column 1: unexpected U\+0000/],
    ['a byte-order mark', `\ufeff${usersFile('')}`, /line 1, column 1: unexpected U\+FEFF/],
    ['something after the end', `${usersFile('')}x`, /line 4, column 1: unexpected U\+0078/],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
    ['a list', '[]', /not an object/],
    ['null', 'null', /not an object/],
    ['text', '"users"', /not an object/],
    [
      'a newer version',
      '{"version":2,"users":{}}',
      /made by a newer Gatehouse \(version 2 of the file; this one reads version 1\)/,
    ],
    ['no version', '{"users":{"u1":{}}}', /version is undefined/],
    ['a version in words', '{"version":"1","users":{}}', /version is "1"/],
    ['no users', '{"version":1}', /"users" is missing or not an object/],
    ['a list of users', '{"version":1,"users":[]}', /"users" is missing or not an object/],
    ['the other file', '{"version":1,"sessions":{},"ended":{}}', /unknown part "sessions"/],
    ['a record that is not one', usersFile('"u1":null'), /record "u1" on line 2 .*expected object/],
    ['a missing field', usersFile(`"u1":${record.replace('"role":"member",', '')}`), /record "u1" on line 2 .*role/],
    ['an unknown role', usersFile(`"u1":${record.replace('"member"', '"owner"')}`), /record "u1" on line 2 .*role/],
    [
      'an unknown field',
      usersFile(`"u1":${record.replace('"role"', '"x":1,"role"')}`),
      /made by a newer Gatehouse \(the record "u1" on line 2 has unknown fields: x\)/,
    ],
    ['a prototype', usersFile(`"u1":${record.replace('"role"', '"__proto__":{},"role"')}`), /record "u1" on line 2 /],
    ['a text for a time', usersFile(`"u1":${record.replace('1000', '"1000"')}`), /record "u1" on line 2 .*createdAt/],
    ['a wrong key', usersFile(`"u2":${record}`), /record "u2" on line 2 .*holds another id/],
    ['an id twice', usersFile(`"u1":${record},\n"u1":${record}`), /line 3, column 1: the key "u1" appears twice/],
    [
      'a field twice',
      usersFile(`"u1":${record.replace('"role"', '"role":"admin","role"')}`),
      /the key "role" appears twice/,
    ],
    [
      'a name twice',
      usersFile(`"u1":${record},\n"u2":${record.replace('u1', 'u2')}`),
      /the users u1 and u2 have the same username/,
    ],
    ['a line damaged', usersFile(`"u1":${record},\n"u2":{"id":"u2",,}`), /line 3, column 17: unexpected U\+002C/],
  ]
  for (const [why, content, says] of garbage) {
    it(`users.json is ${why}`, async () => {
      const message = await expectRefusal(await filledFolder(), 'users.json', content)
      expect(message).toMatch(says)
      expect(message).not.toContain('secret-hash')
    })
  }

  const session = '{"userId":"u1","createdAt":1,"lastActivityAt":1}'
  const sessionsFile = (live: string, ended: string) => `{"version":1,"sessions":{${live}},"ended":{${ended}}}\n`
  const wrongSessions: [why: string, content: string, says: RegExp][] = [
    ['empty', '', /is empty/],
    ['the other file', '{"version":1,"users":{}}', /unknown part "users"/],
    ['without sessions', '{"version":1,"ended":{}}', /"sessions" is missing/],
    ['with an id twice', sessionsFile(`"a":${session},"a":${session}`, ''), /the key "a" appears twice/],
    ['with an unknown reason', sessionsFile('', '"a":{"reason":"bored","at":1}'), /record "a" on line 1 .*reason/],
    ['without a time', sessionsFile(`"a":${session.replace('1,', 'null,')}`, ''), /record "a" on line 1 .*createdAt/],
  ]
  for (const [why, content, says] of wrongSessions) {
    it(`sessions.json is ${why}`, async () => {
      expect(await expectRefusal(await filledFolder(), 'sessions.json', content)).toMatch(says)
    })
  }

  const token = '{"purpose":"p","subject":"s","detail":"","createdAt":1,"expiresAt":2}'
  const tokensFile = (lines: string) => `{"version":1,"tokens":{${lines}}}\n`
  const wrongTokens: [why: string, content: string, says: RegExp][] = [
    ['empty', '', /is empty/],
    ['the other file', '{"version":1,"users":{}}', /unknown part "users"/],
    ['with an id twice', tokensFile(`"a":${token},"a":${token}`), /the key "a" appears twice/],
    ['without a time', tokensFile(`"a":${token.replace('2}', 'null}')}`), /record "a" on line 1 .*expiresAt/],
    [
      'with two for the same',
      tokensFile(`"a":${token},"b":${token}`),
      /the tokens a and b are for the same purpose and subject/,
    ],
  ]
  for (const [why, content, says] of wrongTokens) {
    it(`tokens.json is ${why}`, async () => {
      expect(await expectRefusal(await filledFolder(), 'tokens.json', content)).toMatch(says)
    })
  }

  it('a folder in its place', async () => {
    const folder = await freshFolder()
    await mkdir(folder.path('users.json'))
    await expect(folder.open()).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringMatching(/users\.json.*not a regular file/),
    })
  })

  it('a link in its place', async () => {
    const folder = await freshFolder()
    await folder.write('elsewhere', '{"version":1,"users":{}}')
    await symlink(folder.path('elsewhere'), folder.path('users.json'))
    await expect(folder.open()).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringMatching(/users\.json.*symbolic link/),
    })
    expect(await folder.read('elsewhere')).toBe('{"version":1,"users":{}}')
  })
})

it('writes nothing while one of the files is damaged', async () => {
  const folder = await freshFolder()
  const streamlit = `{"alice":{"password":"${'a'.repeat(64)}"}}`
  await folder.write('users.json', streamlit)
  await folder.write('sessions.json', '{"version":1,')
  await expect(folder.open()).rejects.toMatchObject({ code: 'store_damaged' })
  expect(await folder.read('users.json')).toBe(streamlit)
})

it('reads a file that was reformatted by hand and writes its own format', async () => {
  const folder = await filledFolder()
  const asWritten = await folder.read('users.json')
  await folder.write('users.json', JSON.stringify(JSON.parse(asWritten), null, 4))
  const { users } = await folder.open()
  expect(await users.findByUsername('zoë')).toEqual(aUser({ id: 'u2', username: 'zoë' }))
  await users.changeEmail('u2', { email: null })
  expect(await folder.read('users.json')).toBe(asWritten)
})

it('leaves out sessions of unknown users and reports how many', async () => {
  const folder = await filledFolder()
  const session = '{"userId":"gone","createdAt":1,"lastActivityAt":1}'
  const asWritten = await folder.read('sessions.json')
  await folder.write('sessions.json', asWritten.replace('"s2":', `"s3":${session},\n"s4":${session},\n"s2":`))
  const { sessions } = await folder.open()
  expect(await sessions.find('s2')).toEqual(aSession({ id: 's2', userId: 'u1' }))
  expect(await sessions.find('s3')).toBeNull()
  expect(await sessions.listByUser('gone')).toEqual([])
  expect(folder.log.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'info: Left out 2 sessions of people who are not there.',
  ])
  await sessions.end(['s2'], 'idle', 3_000)
  expect(JSON.parse(await folder.read('sessions.json')).sessions).toEqual({})
})

it('counts a session in both parts of the file as ended', async () => {
  const folder = await filledFolder()
  const session = '{"userId":"u1","createdAt":1,"lastActivityAt":1}'
  await folder.write(
    'sessions.json',
    `{"version":1,"sessions":{"a":${session}},"ended":{"a":{"reason":"idle","at":2}}}`,
  )
  const { sessions } = await folder.open()
  expect(await sessions.find('a')).toBeNull()
  expect(await sessions.findEndReason('a')).toBe('idle')
})

async function filledFolder(): Promise<TestFolder> {
  const folder = await freshFolder()
  const { users, sessions, tokens, close } = await folder.open()
  await users.insert(aUser({ id: 'u1' }))
  await users.insert(aUser({ id: 'u2', username: 'zoë' }))
  for (const id of ['s1', 's2']) await sessions.insert(aSession({ id, userId: 'u1' }))
  await sessions.end(['s1'], 'idle', 3_000)
  await tokens.put(aToken())
  await close()
  return folder
}

async function expectRefusal(folder: TestFolder, name: string, content: string | Buffer): Promise<string> {
  await folder.write(name, content)
  const refusal = await folder.open().then(
    () => null,
    (error: unknown) => error,
  )
  expect(refusal).toMatchObject({ code: 'store_damaged', message: expect.stringContaining(folder.path(name)) })
  expect(Buffer.from(content).equals(Buffer.from(await folder.readBytes(name)))).toBe(true)
  return (refusal as Error).message
}

it('rejects a file longer than the next start could read', async () => {
  const users = new PagedRecords<UserRecord>((user) => user)
  users.set(aUser({ id: 'u1' }))
  const length = Buffer.concat(await encodeSections({ users })).length
  expect(Buffer.concat(await encodeSections({ users }, length))).toHaveLength(length)
  await expect(encodeSections({ users }, length - 1)).rejects.toThrow('move to SQLite with store migrate')
})
