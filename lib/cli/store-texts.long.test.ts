// A store of an earlier version can hold text that stores now reject. The site opens it, and an operator can repair it.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { aSession, aUser } from '../stores/contract/samples.ts'
import { runCommand } from './command-for-test.ts'
import { fill, freshPlace, type Place, withStores } from './places-for-test.ts'

vi.setConfig({ testTimeout: 120_000 })

const profile = { fullName: 'Alice\0 Liddell \uD83D', bio: 'x'.repeat(2_000_000), age: 19 }
const repaired = { fullName: 'Alice Liddell ', bio: 'x'.repeat(100_000), age: 19 }
const alice = aUser({ email: 'alice@example.org', emailVerifiedAt: 1 })

/** As an earlier version wrote it. */
async function oldFolder(): Promise<Place> {
  const place = await freshPlace('json')
  await fill(place, [
    { kind: 'user', record: alice },
    { kind: 'user', record: aUser({ username: 'bob' }) },
    { kind: 'session', record: aSession() },
  ])
  const path = join(place.dir, 'data/users.json')
  const file = JSON.parse(await readFile(path, 'utf8'))
  file.users[alice.id].profile = profile
  await writeFile(path, JSON.stringify(file))
  return place
}

const cli = (...args: string[]) => runCommand(['store', ...args])
const findAlice = (place: Place) => withStores(place, (stores) => stores.users.find(alice.id))

test('opens, accepts changes of that user, and check names user and field', async () => {
  const place = await oldFolder()
  expect(await findAlice(place)).toEqual({ ...alice, profile })
  await withStores(place, async ({ users }) => {
    expect(await users.update(alice.id, { passwordHash: 'new' })).toMatchObject({ passwordHash: 'new', profile })
  })
  const { code, stdout } = await cli('check', '--url', place.url)
  expect(code).toBe(1)
  expect(stdout).toContain(
    'Wrong: In the user "id-of-alice" the field profile.fullName has a NUL in it. Repair it with `store repair`.',
  )
  expect(stdout).toContain('the field profile.bio is longer than 100,000 characters.')
})

test.each(['sqlite', 'postgres'] as const)(
  'is left out by a migration, and then both stores agree: %s',
  async (kind) => {
    const [place, target] = [await oldFolder(), await freshPlace(kind)]
    const { code, stdout, stderr } = await cli('migrate', '--from', place.url, '--to', target.url)
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Copied and verified: 2 users') })
    expect(stderr).toContain(
      'Left out of the copy: In the user "id-of-alice" the field profile.fullName has a NUL in it.',
    )
    expect(await findAlice(target)).toEqual({ ...alice, profile: repaired })
    const again = await cli('migrate', '--from', place.url, '--to', target.url)
    expect(again.stdout).toContain('already holds the same records')
  },
)

test('can be restored from a back-up that contains it', async () => {
  const [place, target] = [await oldFolder(), await freshPlace('postgres')]
  const file = join(place.dir, 'backup.jsonl')
  expect(await cli('backup', '--url', place.url, file)).toMatchObject({ code: 0 })
  expect(await cli('restore', '--url', target.url, file)).toMatchObject({ code: 0 })
  expect(await findAlice(target)).toEqual({ ...alice, profile: repaired })
})

test('is repaired in place', async () => {
  const place = await oldFolder()
  const { code, stderr } = await cli('repair', '--url', place.url)
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('Repaired: In the user') })
  expect(await findAlice(place)).toEqual({ ...alice, profile: repaired })
  expect(await cli('check', '--url', place.url)).toMatchObject({ code: 0 })
  expect((await cli('repair', '--url', place.url)).stdout).toBe('Nothing to repair.\n')
})

test('in a key is reported and not repaired', async () => {
  const place = await freshPlace('json')
  const target = await freshPlace('sqlite')
  await mkdir(join(place.dir, 'data'))
  const user = aUser({ username: 'a\0b', id: 'odd' })
  await writeFile(join(place.dir, 'data/users.json'), JSON.stringify({ version: 1, users: { odd: user } }))
  const { code, stderr } = await cli('migrate', '--from', place.url, '--to', target.url)
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"odd" the field username has a NUL'),
  })
  expect(await cli('repair', '--url', place.url)).toMatchObject({ code: 1 })
})

test('in a SQLite file is repaired in place', async () => {
  const place = await freshPlace('sqlite')
  await fill(place, [{ kind: 'user', record: alice }])
  const raw = new SqliteDatabase(join(place.dir, 'site.db'))
  raw.prepare('update users set bio = ?').run('a\0b')
  raw.close()
  expect((await cli('check', '--url', place.url)).stdout).toContain('the field profile.bio has a NUL in it')
  expect(await cli('repair', '--url', place.url)).toMatchObject({ code: 0 })
  expect((await findAlice(place))?.profile.bio).toBe('ab')
})
