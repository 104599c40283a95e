import { copyFile, mkdir, readdir, rename, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { aMail, aSession, aToken, aUser } from '#lib/stores/contract/samples.ts'

import { freshFolder, openFolder, ownFiles } from './folder-for-test.ts'

const always = { activeAfter: 0, createdAfter: 0, latest: 1_000_000, recentAfter: 1_000_000 }

it('creates missing files', async () => {
  const folder = await freshFolder()
  await folder.open()
  expect(await folder.read('users.json')).toBe('{"version":1,"users":{\n},"reserved":{\n}}\n')
  expect(await folder.read('sessions.json')).toBe('{"version":1,"sessions":{\n},"ended":{\n}}\n')
  expect(await folder.read('tokens.json')).toMatch(/^\{"version":1,"tokens":\{\n\},"mails":\{\n\}/)
})

it.each([
  ['missing', null],
  ['an empty object, as Streamlit may have left it', '{}'],
  ['without anybody in it', '{"version":1,"users":{}}'],
])('never starts with nobody where there were people: users.json is %s', async (_, content) => {
  const folder = await freshFolder()
  const stores = await folder.open()
  await stores.users.insert(aUser())
  await stores.sessions.insert(aSession())
  await stores.close()
  if (content === null) await rm(folder.path('users.json'))
  else await folder.write('users.json', content)
  const sessions = await folder.read('sessions.json')
  const fault = { code: 'store_damaged', message: expect.stringContaining(folder.path('users.json')) }
  await expect(folder.open()).rejects.toMatchObject(fault)
  expect(await folder.read('sessions.json')).toBe(sessions)
})

it('writes one record a line', async () => {
  const folder = await freshFolder()
  const { users, sessions, tokens, mails } = await folder.open()
  await users.insert(aUser({ id: 'u1', passwordHash: 'h' }))
  await users.insert(aUser({ id: 'u2', username: 'bob', passwordHash: 'h' }))
  await users.insert(aUser({ id: 'u3', username: 'carol' }))
  await users.remove('u3', 9_000)
  for (const id of ['s1', 's2', 's3', 's4'])
    await sessions.insert(aSession({ id, userId: 'u1', userAgent: 'Test/1.0' }))
  await sessions.end(['s1', 's4'], 'idle', 3_000)
  for (const id of ['t1', 't2']) await tokens.put(aToken({ id, subject: id }))
  await mails.add(aMail())

  const [alice, bob] = [
    aUser({ id: 'u1', passwordHash: 'h' }),
    aUser({ id: 'u2', username: 'bob', passwordHash: 'h' }),
  ].map((user) => JSON.stringify(user))
  expect(await folder.read('users.json')).toBe(
    `{"version":1,"users":{\n"u1":${alice},\n"u2":${bob}\n},"reserved":{\n"carol":{"userId":"u3","until":9000}\n}}\n`,
  )
  const session =
    '{"userId":"u1","createdAt":1000,"lastActivityAt":2000,"provedAt":1000,"authentications":["password"],"passwordChangedAt":null,"factorsChangedAt":null,"userAgent":"Test/1.0","address":"2001:db8::7"}'
  expect(await folder.read('sessions.json')).toBe(
    `{"version":1,"sessions":{\n"s2":${session},\n"s3":${session}\n},"ended":{\n` +
      '"s1":{"reason":"idle","at":3000},\n"s4":{"reason":"idle","at":3000}\n}}\n',
  )
  const tokenOf = (subject: string) =>
    `{"purpose":"reset-password","subject":"${subject}","detail":"alice@example.org","createdAt":1000,"expiresAt":5000,"issuedBy":null}`
  expect(await folder.read('tokens.json')).toContain(
    `{"version":1,"tokens":{\n"t1":${tokenOf('t1')},\n"t2":${tokenOf('t2')}\n},"mails":{\n` +
      '"mail-1":{"sealed":"sealed","createdAt":1000,"dueAt":1000,"attempts":0}\n}',
  )
})

it('returns everything after a close, including the last touch', async () => {
  const folder = await freshFolder()
  const first = await folder.open()
  await first.users.insert(aUser())
  await first.sessions.insert(aSession({ id: 'live' }))
  await first.sessions.insert(aSession({ id: 'over' }))
  await first.sessions.end(['over'], 'signed-out', 3_000)
  await first.sessions.touch('live', 5_000, always)
  for (const id of ['first', 'second', 'other']) await first.tokens.put(aToken({ id, subject: id.slice(-1) }))
  await first.tokens.take('other', 'reset-password', 2_000)
  await first.close()

  const second = await folder.open()
  expect(await second.users.findByUsername('alice')).toEqual(aUser())
  expect(await second.users.insert(aUser({ id: 'other' }))).toBe('username_taken')
  expect(await second.sessions.find('live')).toEqual(aSession({ id: 'live', lastActivityAt: 5_000 }))
  expect(await second.sessions.listByUser('id-of-alice')).toHaveLength(1)
  expect(await second.sessions.find('over')).toBeNull()
  expect(await second.sessions.findEndReason('over')).toBe('signed-out')
  expect(await second.tokens.take('other', 'reset-password', 2_000)).toBeNull()
  await second.tokens.put(aToken({ id: 'newer', subject: 't' }))
  expect(await second.tokens.take('first', 'reset-password', 2_000)).toBeNull()
  expect(await second.tokens.take('second', 'reset-password', 2_000)).toEqual(aToken({ id: 'second', subject: 'd' }))
})

it('has acknowledged writes on disk without a close', async () => {
  const folder = await freshFolder()
  const running = await folder.open()
  await running.users.insert(aUser())
  await running.users.changeStanding('id-of-alice', { role: 'admin' })
  await running.sessions.insert(aSession({ id: 'live' }))
  await running.sessions.insert(aSession({ id: 'over' }))
  await running.sessions.end(['over'], 'signed-out', 3_000)
  for (const id of ['live', 'taken']) await running.tokens.put(aToken({ id, subject: id }))
  await running.tokens.take('taken', 'reset-password', 2_000)

  const crashed = await freshFolder()
  for (const name of ['users.json', 'sessions.json', 'tokens.json'])
    await copyFile(folder.path(name), crashed.path(name))
  const next = await crashed.open()
  expect(await next.users.find('id-of-alice')).toEqual(aUser({ role: 'admin' }))
  expect(await next.sessions.find('live')).toEqual(aSession({ id: 'live' }))
  expect(await next.sessions.find('over')).toBeNull()
  expect(await next.tokens.take('taken', 'reset-password', 2_000)).toBeNull()
  expect(await next.tokens.take('live', 'reset-password', 2_000)).toEqual(aToken({ id: 'live', subject: 'live' }))
})

it('stores a thousand users and sessions through many changes and ends [V15.4.1]', async () => {
  const folder = await freshFolder()
  const first = await folder.open()
  const people = Array.from({ length: 1_000 }, (_, n) => aUser({ username: `user-${n}` }))
  const started = people.map(({ id }) => aSession({ id: `session-of-${id}`, userId: id }))
  await Promise.all(people.map((user) => first.users.insert(user)))
  await Promise.all(started.map((session) => first.sessions.insert(session)))
  const isOver = (n: number) => n < 300 || n % 3 === 0
  await first.sessions.end(
    started.filter((_, n) => isOver(n)).map(({ id }) => id),
    'idle',
    3_000,
  )
  await Promise.all(people.map(({ id }, n) => (n % 7 === 0 ? first.users.changeStanding(id, { role: 'guest' }) : null)))
  await first.close()

  const { users, sessions } = await folder.open()
  for (const [n, user] of people.entries()) {
    expect(await users.find(user.id)).toEqual(n % 7 === 0 ? { ...user, role: 'guest' } : user)
    expect(await sessions.listByUser(user.id)).toEqual(isOver(n) ? [] : [started[n]])
  }
})

it('accepts ids with a meaning in the language [V15.3.6, T26]', async () => {
  const folder = await freshFolder()
  const first = await folder.open()
  for (const key of ['__proto__', 'constructor', '10', '9']) {
    await first.users.insert(aUser({ id: key, username: key }))
    await first.sessions.insert(aSession({ id: key, userId: key }))
  }
  await first.close()
  const second = await folder.open()
  for (const key of ['__proto__', 'constructor', '10', '9']) {
    expect(await second.users.findByUsername(key)).toEqual(aUser({ id: key, username: key }))
    expect(await second.sessions.find(key)).toEqual(aSession({ id: key, userId: key }))
  }
})

it('closes the folder and its files to other accounts [V13.2.2, V14.2.4]', async () => {
  const parent = await freshFolder()
  const { users } = await openFolder(parent.path('made/for/it'))
  await users.insert(aUser())
  expect(await modeOf(parent.path('made/for/it'))).toBe('700')
  for (const name of await readdir(parent.path('made/for/it'))) {
    expect([name, await modeOf(join(parent.path('made/for/it'), name))]).toEqual([name, '600'])
  }
})

it('closes a folder and files that were open to others, and logs it', async () => {
  const folder = await freshFolder()
  await (await folder.open()).close()
  await folder.chmod('.', 0o755)
  await folder.chmod('users.json', 0o644)
  await folder.chmod('sessions.json', 0o660)
  await folder.open()
  expect([await modeOf(folder.dir), await modeOf(folder.path('users.json'))]).toEqual(['700', '600'])
  expect(await modeOf(folder.path('sessions.json'))).toBe('600')
  expect(folder.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    expect.stringContaining('users.json was open to other accounts of this machine (0644)'),
    expect.stringContaining('sessions.json was open to other accounts of this machine (0660)'),
  ])
})

it('rejects a folder that the whole machine shares', async () => {
  const folder = await freshFolder()
  await folder.chmod('.', 0o1777)
  await expect(folder.open()).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining(folder.dir),
  })
  expect(await modeOf(folder.dir)).toBe('1777')
})

it('rejects a file in place of the folder', async () => {
  const folder = await freshFolder()
  await writeFile(folder.path('data'), '')
  await expect(openFolder(folder.path('data'))).rejects.toMatchObject({ code: 'store_unavailable' })
})

it('removes only the temporary files of a killed process', async () => {
  const folder = await freshFolder()
  const foreign = ['notes.tmp', 'users.json.bak', 'users.json.0123.tmp', 'secret']
  const own = ['users.json.0123456789abcdef.tmp', 'sessions.json.0123456789abcdef.tmp', 'probe.0123456789abcdef.tmp']
  for (const name of [...foreign, ...own]) await writeFile(folder.path(name), 'half')
  await folder.open()
  expect((await readdir(folder.dir)).toSorted()).toEqual(
    [
      ...foreign,
      ...['audit-head.json', 'audit.jsonl', 'lock', 'sessions.json', 'tokens.json', 'users.json'],
    ].toSorted(),
  )
})

it('leaves no temporary file behind', async () => {
  const folder = await freshFolder()
  const { users, sessions, checkReady } = await folder.open()
  await Promise.all(Array.from({ length: 30 }, (_, n) => users.insert(aUser({ username: `user-${n}` }))))
  await sessions.insert(aSession({ userId: 'id-of-user-0' }))
  await checkReady()
  expect((await readdir(folder.dir)).toSorted()).toEqual(ownFiles)
})

it('works through a linked folder', async () => {
  const folder = await freshFolder()
  const { users } = await folder.open()
  await users.insert(aUser())
  const link = (await freshFolder()).path('link')
  await symlink(folder.dir, link)
  await expect(openFolder(link)).rejects.toMatchObject({ code: 'store_locked' })
})

it('can be closed twice and opened again', async () => {
  const folder = await freshFolder()
  const stores = await folder.open()
  const inserting = stores.users.insert(aUser())
  await Promise.all([stores.close(), stores.close()])
  expect(await inserting).toBe('inserted')
  expect(await (await folder.open()).users.find('id-of-alice')).toEqual(aUser())
})

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o7777).toString(8)
}

describe('a user created with a token', () => {
  const invitation = aToken({ purpose: 'invitation', subject: 'invited' })
  const consume = { id: 'token-1', purpose: 'invitation', at: 2_000 }

  async function withBrokenUsersFile() {
    const folder = await freshFolder()
    const stores = await folder.open()
    await stores.tokens.put(invitation)
    await rename(folder.path('users.json'), folder.path('aside'))
    await mkdir(folder.path('users.json'))
    await expect(stores.users.insert(aUser(), { consume })).rejects.toMatchObject({ code: 'store_unavailable' })
    const mend = async () => {
      await rmdir(folder.path('users.json'))
      await rename(folder.path('aside'), folder.path('users.json'))
    }
    return { folder, stores, mend }
  }

  it('can be retried with the same token once the file is writable', async () => {
    const { stores, mend } = await withBrokenUsersFile()
    expect(await stores.tokens.find('token-1', 'invitation', 2_000)).toEqual(invitation)
    expect(await stores.tokens.list('invitation', 2_000, 10)).toEqual([invitation])
    await mend()
    const outcomes = await Promise.all(
      ['bob', 'carol'].map((username) => stores.users.insert(aUser({ username }), { consume })),
    )
    expect(outcomes.toSorted()).toEqual(['inserted', 'token_void'])
    expect(await stores.tokens.find('token-1', 'invitation', 2_000)).toBeNull()
  })

  it('is not created after the token was withdrawn in between', async () => {
    const { stores, mend } = await withBrokenUsersFile()
    expect(await stores.tokens.take('token-1', 'invitation', 2_000)).toEqual(invitation)
    expect(await stores.tokens.take('token-1', 'invitation', 2_000)).toBeNull()
    await mend()
    expect(await stores.users.insert(aUser(), { consume })).toBe('token_void')
  })

  it('loses the token when the process dies before the failure is certain', async () => {
    const { folder, mend } = await withBrokenUsersFile()
    // The next start finds what the disk has now.
    expect(await folder.read('tokens.json')).not.toContain('token-1')
    await mend()
  })
})
