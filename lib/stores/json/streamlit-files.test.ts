import { readdir, readFile, writeFile } from 'node:fs/promises'

import { describe, expect, it } from 'vitest'

import { aUser } from '#lib/stores/contract/samples.ts'

import { freshFolder, ownFiles } from './folder-for-test.ts'

const hash = 'a71a7c7011f53a1bab3642ec2ce12593f05230ace8de1e3e7645f69efac1443d'
const longBio = 'ü'.repeat(5_000)
// As Python's json.dump writes it: one line, non-ASCII escaped.
const streamlitUsers = `{"zoe": {"password": "${hash}", "profile": {"full_name": "Zo\\u00eb", "bio": "${'\\u00fc'.repeat(5_000)}", "age": 0}}, \
"Zoe": {"password": "${hash}"}, "version": {"password": "${hash}"}, "__proto__": {"password": "${hash}"}, \
"Max Muster": {"password": "${hash}"}, "mallory": {"password": "letmein"}}`
const streamlitSessions = '{"zoe": {"expiry": "2026-11-01T09:10:00", "last_activity": "2026-11-01T09:00:00"}}'

it('imports users, names those it cannot import and keeps the original', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', streamlitUsers)
  await folder.chmod('users.json', 0o644)
  const { users } = await folder.open()

  expect(await users.findByUsername('zoe')).toEqual(
    aUser({
      id: 'id-1',
      username: 'zoe',
      passwordHash: `sha256$${hash}`,
      profile: { fullName: 'Zoë', bio: longBio, age: 0 },
    }),
  )
  expect(await users.findByUsername('version')).not.toBeNull()
  expect(Object.keys(JSON.parse(await folder.read('users.json')).users)).toEqual(['id-1', 'id-2'])
  expect(await folder.read('users.streamlit.json')).toBe(streamlitUsers)
  expect((await readdir(folder.dir)).toSorted()).toEqual([...ownFiles, 'users.streamlit.json'])

  const lines = folder.log.map(({ level, message }) => `${level}: ${message}`)
  expect(lines.toSorted()).toEqual([
    'info: Took over 2 people from Streamlit, refused 4.',
    expect.stringContaining('warn: Not taken over from Streamlit: "Max Muster": The name is not 3 to 32 characters'),
    'warn: Not taken over from Streamlit: "Zoe": The name differs only in case from "zoe", which has the account now.',
    expect.stringContaining('warn: Not taken over from Streamlit: "__proto__": The name is not 3 to 32 characters'),
    expect.stringContaining(
      'warn: Not taken over from Streamlit: "mallory": The stored password is not a SHA-256 hash',
    ),
    'warn: Taken over from Streamlit in part: "version": The profile is missing; it is empty now.',
  ])
  expect(JSON.stringify(folder.log)).not.toMatch(/a71a7c70|letmein/)
})

it('does nothing the second time', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', streamlitUsers)
  await folder.write('sessions.json', streamlitSessions)
  await (await folder.open()).close()
  const names = ['users.json', 'sessions.json', 'users.streamlit.json', 'sessions.streamlit.json']
  const before = await Promise.all(names.map((name) => folder.read(name)))
  folder.log.length = 0

  await (await folder.open()).close()
  expect(await Promise.all(names.map((name) => folder.read(name)))).toEqual(before)
  expect((await readdir(folder.dir)).toSorted()).toEqual(
    [...names, 'audit.jsonl', 'audit-head.json', 'lock', 'tokens.json'].toSorted(),
  )
  expect(folder.log).toEqual([])
})

it('starts without Streamlit’s sessions and keeps their file', async () => {
  const folder = await freshFolder()
  await folder.write('sessions.json', streamlitSessions)
  await folder.open()
  expect(await folder.read('sessions.json')).toBe('{"version":1,"sessions":{\n},"ended":{\n}}\n')
  expect(await folder.read('sessions.streamlit.json')).toBe(streamlitSessions)
})

it('completes an import that a crash interrupted after it kept the original', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', streamlitUsers)
  await folder.write('users.streamlit.json', streamlitUsers)
  await folder.write('users.json.0123456789abcdef.tmp', '{"version":1,"us')
  const { users } = await folder.open()
  expect(await users.findByUsername('zoe')).not.toBeNull()
  expect((await readdir(folder.dir)).toSorted()).toEqual([...ownFiles, 'users.streamlit.json'])
})

it('never overwrites another kept original', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', streamlitUsers)
  await folder.write('users.streamlit.json', 'another')
  await (await folder.open()).close()
  expect(await folder.read('users.streamlit.json')).toBe('another')
  expect(await folder.read('users.streamlit-2.json')).toBe(streamlitUsers)
})

it('reads an empty object as a Streamlit file without users', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', '{}')
  await folder.write('sessions.json', '{}')
  await folder.open()
  expect(await folder.read('users.json')).toBe('{"version":1,"users":{\n},"reserved":{\n}}\n')
  expect(await folder.read('users.streamlit.json')).toBe('{}')
})

describe('imports what Python and Windows editors write', () => {
  const python = `{"zoe": {"password": "${hash}", "profile": {"full_name": "Zo\\u00eb NaN \\"Infinity", "bio": "", "age": NaN}},
    "ada": {"password": "${hash}", "profile": {"full_name": "Ada", "bio": "–", "age": 36}},
    "max": {"password": "${hash}", "profile": {"full_name": "Max", "bio": "", "age": -Infinity}},
    "amy": {"password": "${hash}", "profile": {"full_name": "Amy", "bio": "", "age": "41"}},
    "bad": {"password": NaN, "profile": {}}, "n o": {"password": "${hash}"}, "Ada": {"password": "${hash}"}}`
  const spellings: [string, Buffer][] = [
    ['UTF-8', Buffer.from(python)],
    ['UTF-8 with a byte-order mark', Buffer.from(`\uFEFF${python}`)],
    ['UTF-16, little end first', Buffer.from(`\uFEFF${python}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${python}`, 'utf16le').swap16()],
    ['lines that end with CR LF', Buffer.from(python.replaceAll('\n', '\r\n'))],
  ]
  it.each(spellings)('in %s, all users but those it names', async (_, content) => {
    const folder = await freshFolder()
    await writeFile(folder.path('users.json'), content)
    const { users } = await folder.open()
    const profileOf = async (name: string) => (await users.findByUsername(name))?.profile
    expect(await profileOf('zoe')).toMatchObject({ fullName: 'Zoë NaN "Infinity', bio: '', age: null })
    expect(await profileOf('ada')).toMatchObject({ fullName: 'Ada', bio: '–', age: 36 })
    expect(await profileOf('max')).toMatchObject({ age: null })
    expect(await profileOf('amy')).toMatchObject({ age: null })
    const told = folder.log.map(({ message }) => message).join('\n')
    for (const name of ['bad', 'n o', 'Ada']) expect(told).toContain(`Not taken over from Streamlit: "${name}"`)
    expect(told).toContain('"amy": The age is not a whole number from 0 to 150')
    expect(told).not.toContain(hash)
    expect((await readFile(folder.path('users.streamlit.json'))).equals(content)).toBe(true)
  })

  it('but rejects our own file saved that way and leaves it unchanged', async () => {
    const folder = await freshFolder()
    const content = Buffer.from('\uFEFF{"version":1,"users":{}}')
    await writeFile(folder.path('users.json'), content)
    await expect(folder.open()).rejects.toMatchObject({ code: 'store_damaged' })
    expect((await readFile(folder.path('users.json'))).equals(content)).toBe(true)
  })
})

it('rejects a Streamlit file with a repeated username', async () => {
  const folder = await freshFolder()
  const twice = `{"zoe":{"password":"${hash}"},"zoe":{"password":"${hash}"}}`
  await folder.write('users.json', twice)
  await expect(folder.open()).rejects.toMatchObject({
    code: 'store_damaged',
    message: expect.stringMatching(/the key "zoe" appears twice/),
  })
  expect(await folder.read('users.json')).toBe(twice)
})
