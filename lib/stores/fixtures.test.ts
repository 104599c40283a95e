// Stores and a back-up from version 0.1.0 with schema 6. Every later version must open them.

import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'
import { freshPlace, inDatabase, kinds, type Place, withStores } from '#lib/cli/places-for-test.ts'
import { createTrailCheck } from '#lib/core/audit/verify.ts'

import { readBackup, verifyBackup } from './backup-file.ts'
import { aLockout, aPasskey } from './contract/samples.ts'
import { execute } from './sql/stores-for-test.ts'
import { summarize } from './summary.ts'
import type { StoredRecord, Stores } from './types.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const ada = 'fdee430d40bd57deeac186cd9790033d'
const session = 'e8bc163c82eee18733288c7d4ac636db3a6deb013ef2d37b68322be20edc45cc'
const endedSession = 'ad328846aa18b32a335816374511cac1063c704b8c57999e51da9f908290a7a4'

/** A copy, because opening may migrate a store. */
async function placeOf(kind: (typeof kinds)[number]): Promise<Place> {
  const place = await freshPlace(kind)
  if (place.location.driver === 'json') await cp(join(fixtures, 'json'), place.location.dir, { recursive: true })
  else if (place.location.driver === 'sqlite') await cp(join(fixtures, 'store.sqlite'), place.location.path)
  else await inDatabase(place.url, await readFile(join(fixtures, 'postgres.sql'), 'utf8'))
  return place
}

/**
 * The records of the JSON fixture; the databases contain the same. Users contained the counts that are lockouts now.
 */
async function writtenRecords(): Promise<{ [Kind in StoredRecord['kind']]?: { id: string }[] }> {
  const read = async (name: string) => JSON.parse(await readFile(join(fixtures, 'json', name), 'utf8'))
  const listed = (part: object) => Object.entries(part).map(([id, record]) => ({ id, ...record }))
  const [{ users, reserved }, { sessions, ended }, { tokens, mails }] = await Promise.all(
    ['users.json', 'sessions.json', 'tokens.json'].map(read),
  )
  const audit = (await readFile(join(fixtures, 'json', 'audit.jsonl'), 'utf8')).trim().split('\n')
  return {
    user: listed(users).map(({ wrongPasswords: _, ...user }) => user),
    lockout: [failuresOfBob],
    reserved: listed(reserved),
    session: listed(sessions),
    ended: listed(ended),
    token: listed(tokens),
    mail: listed(mails),
    audit: audit.map((line) => JSON.parse(line)),
  }
}

const failuresOfBob = aLockout({ userId: '81b637d8fcd2c6da6359e6963113a117', count: 3, lastAt: 1_793_491_203_000 })

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)

async function trailOf(stores: Stores) {
  const trail = createTrailCheck()
  for await (const { kind, record } of stores.dump()) if (kind === 'audit') trail.add(record)
  return trail.finish(await stores.findAuditHead())
}

test.each(kinds)('opens the store of an earlier version without changes: %s', async (kind) => {
  await withStores(await placeOf(kind), async (stores) => {
    // Later versions add fields, so compare only the fields of that version.
    const found = Map.groupBy(await Array.fromAsync(stores.dump()), ({ kind: of }) => of)
    for (const [of, written] of Object.entries(await writtenRecords())) {
      const records = (found.get(of as StoredRecord['kind']) ?? []).map(({ record }) => record)
      expect(records.toSorted(byId), of).toMatchObject(written.toSorted(byId))
    }
    const factors = { totp: null, recoveryCodes: [], passkeys: [], factorsChangedAt: null }
    for (const { record } of found.get('user') ?? []) expect(record).toMatchObject(factors)
    const authentication = { authentications: ['password'], factorsChangedAt: null }
    for (const { record } of found.get('session') ?? []) expect(record).toMatchObject(authentication)
    const added = { totp: { sealed: 'sealed', createdAt: 1 }, passkeys: [aPasskey()], factorsChangedAt: 1 }
    expect(await stores.users.update(ada, added, factors)).toMatchObject({ id: ada, ...added })
    expect(await stores.credentialUses.advance({ id: `totp ${ada}`, userId: ada, mark: 1, usedAt: 1 })).toBe(true)
    const lastActivityAt = 1_793_491_220_000
    const bounds = { activeAfter: 0, createdAfter: 0, latest: lastActivityAt + 1, recentAfter: lastActivityAt }
    expect(await stores.sessions.touch(session, lastActivityAt + 1, bounds)).toMatchObject({
      userId: ada,
      lastActivityAt: lastActivityAt + 1,
    })
    expect(await stores.sessions.findEndReason(endedSession)).toBe('password-changed')
    expect(await stores.users.findByVerifiedEmail('ada@example.org')).toMatchObject({ id: ada })
    expect(await trailOf(stores)).toMatchObject({ count: 3, faults: [] })
  })
})

test.each(kinds)(
  'keeps a password locked that was locked in an earlier version, until it is unlocked: %s',
  async (kind) => {
    const place = await placeOf(kind)
    const at = 1_793_491_209_000
    const counts = JSON.stringify({ new: { count: 100, lastAt: at }, known: { count: 7, lastAt: at } })
    const lock = `update users set wrong_passwords = '${counts}' where id = '${ada}'`
    if (place.location.driver === 'postgres') await execute(place.url, lock)
    else if (place.location.driver === 'sqlite') await execute(place.location.path, lock)
    else {
      const path = join(place.location.dir, 'users.json')
      await writeFile(
        path,
        (await readFile(path, 'utf8')).replace('"wrongPasswords":null', `"wrongPasswords":${counts}`),
      )
    }
    const lockoutsOfAda = ({ lockouts }: Stores) => lockouts.listByUser(ada)
    const of = { userId: ada, secretSetAt: 1_793_491_202_000, lastAt: at }
    for (const time of ['first', 'second'])
      expect((await withStores(place, lockoutsOfAda)).toSorted(byId), `opened for the ${time} time`).toEqual([
        aLockout({ ...of, about: 'password-known', count: 7 }),
        aLockout({ ...of, about: 'password-new', count: 100 }),
      ])
    await withStores(place, ({ lockouts }) => lockouts.forgetUser(ada))
    expect(await withStores(place, lockoutsOfAda)).toEqual([])
  },
)

test('restores the back-up of an earlier version', async () => {
  const path = join(fixtures, 'backup.jsonl')
  const backup = await verifyBackup(path)
  await withStores(await freshPlace('sqlite'), async (stores) => {
    await stores.replaceAll(readBackup(path, backup))
    const { counts } = await summarize(stores.dump())
    expect(counts).toMatchObject({ user: 3, session: 0, reserved: 1, lockout: 1, audit: 3 })
    expect(await stores.lockouts.listByUser(failuresOfBob.userId)).toEqual([failuresOfBob])
    expect(await stores.users.find(ada)).toMatchObject({ username: 'ada', formerAddress: { email: 'old@example.org' } })
    expect(await trailOf(stores)).toMatchObject({ count: 3, faults: [] })
  })
})
