import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { aSession, aToken, aUser } from '../stores/contract/samples.ts'
import type { StoredRecord } from '../stores/types.ts'
import { runCommand } from './command-for-test.ts'
import {
  contentOf,
  fill,
  fingerprint,
  freshPlace,
  inDatabase,
  kinds,
  type Place,
  settingsFor,
  startHolder,
} from './places-for-test.ts'

const records: StoredRecord[] = [
  { kind: 'user', record: aUser() },
  { kind: 'user', record: aUser({ username: 'bob' }) },
  { kind: 'session', record: aSession() },
  { kind: 'ended', record: { id: 'session-2', reason: 'idle', at: 3_000 } },
  { kind: 'token', record: aToken() },
]
const counts = { user: 2, session: 1, ended: 1, token: 1 }

const check = (place: Place, ...more: string[]) => runCommand(['store', 'check', '--url', place.url, ...more])

async function filled(kind: (typeof kinds)[number]): Promise<Place> {
  const place = await freshPlace(kind)
  await fill(place, records)
  return place
}

describe('store check', () => {
  test.each(kinds)('finds no problems, and changes nothing: %s', async (kind) => {
    const place = await filled(kind)
    const [files, content] = [await fingerprint(place.dir), await contentOf(place)]
    const { code, stdout, stderr } = await check(place)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/\n {2}users +2\n {2}sessions +1\n {2}ended sessions +1\n {2}tokens +1\n/)
    expect(stdout).toMatch(/\n {2}checksum +[0-9a-f]{64}\nNo problems found\.\n$/)
    expect(await fingerprint(place.dir)).toEqual(files)
    expect(await contentOf(place)).toEqual(content)
  })

  test('computes the same checksum for the same records in any store', async () => {
    const answers = await Promise.all(kinds.map(async (kind) => check(await filled(kind), '--json')))
    const [first, ...others] = answers.map(({ stdout }) => JSON.parse(stdout))
    expect(first).toMatchObject({ counts, checksum: expect.stringMatching(/^[0-9a-f]{64}$/), faults: [] })
    for (const other of others) expect(other.checksum).toBe(first.checksum)
  })

  test.each(kinds)('checks the store of the settings by default, even while a server uses it: %s', async (kind) => {
    const place = await filled(kind)
    if (kind === 'json') await startHolder(place)
    const { code, stdout } = await runCommand(['store', 'check', '--json'], settingsFor(place))
    expect({ code, found: JSON.parse(stdout) }).toMatchObject({ code: 0, found: { counts, faults: [] } })
  })

  test('reports the damaged file and the position', async () => {
    const place = await filled('json')
    const path = join(settingsFor(place).DATA_DIR ?? '', 'users.json')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('"createdAt":1000', '"createdAt":"then"'))
    const files = await fingerprint(place.dir)
    const { code, stdout, stderr } = await check(place)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '1 problem found.\n' })
    expect(stdout).toMatch(
      /Wrong: .*users\.json cannot be used: the record "id-of-alice" on line 2 is wrong \(createdAt: /,
    )
    expect(JSON.parse((await check(place, '--json')).stdout)).toMatchObject({
      counts: null,
      checksum: null,
      faults: [expect.stringContaining('users.json')],
    })
    expect(await fingerprint(place.dir)).toEqual(files)
  })

  test('reports files readable by other accounts', async () => {
    const [json, sqlite] = [await filled('json'), await filled('sqlite')]
    const dir = settingsFor(json).DATA_DIR ?? ''
    await chmod(dir, 0o755)
    await chmod(join(dir, 'users.json'), 0o644)
    await chmod(join(sqlite.dir, 'site.db'), 0o640)
    const folder = await check(json)
    expect(folder.code).toBe(1)
    expect(folder.stdout).toContain(`Wrong: ${dir} is open to other accounts of this machine (0755).`)
    expect(folder.stdout).toContain(
      `Wrong: ${join(dir, 'users.json')} is open to other accounts of this machine (0644).`,
    )
    expect(folder.stderr).toBe('2 problems found.\n')
    expect(await check(sqlite)).toMatchObject({ code: 1, stdout: expect.stringContaining('(0640)') })
  })

  test('finds damage in the pages of a database file', async () => {
    const place = await filled('sqlite')
    const path = join(place.dir, 'site.db')
    const bytes = await readFile(path)
    await writeFile(path, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]))
    expect(await check(place)).toMatchObject({ code: 1, stdout: expect.stringContaining('Wrong: ') })
  })

  test('finds sessions without a user', async () => {
    const place = await filled('sqlite')
    const raw = new SqliteDatabase(join(place.dir, 'site.db'))
    raw.pragma('foreign_keys = OFF')
    raw.prepare("DELETE FROM users WHERE username = 'alice'").run()
    raw.close()
    expect(await check(place)).toMatchObject({ code: 1, stdout: expect.stringMatching(/Wrong: .*who is not there/) })
  })

  test('finds duplicate usernames, and reads on to the end', async () => {
    const place = await filled('postgres')
    await inDatabase(
      place.url,
      'ALTER TABLE users DROP CONSTRAINT users_username_key',
      "UPDATE users SET username = 'same'",
    )
    const { code, stdout } = await check(place, '--json')
    expect({ code, found: JSON.parse(stdout) }).toMatchObject({
      code: 1,
      found: { counts, faults: ['The users id-of-alice and id-of-bob have the same username.'] },
    })
  })

  test.each(kinds)('reports a missing store, and creates none: %s', async (kind) => {
    const place = await freshPlace(kind)
    const { code, stdout, stderr } = await check(place)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^.+\n$/)
    expect(await fingerprint(place.dir)).toEqual([])
  })
})
