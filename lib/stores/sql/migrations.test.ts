import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import { aSession, aUser } from '#lib/stores/contract/samples.ts'
import type { StoreReader } from '#lib/stores/types.ts'

import { schemaVersion } from './migrations.ts'
import { openPostgresReader, openSqliteReader } from './open.ts'
import { bothKinds, execute, freshFolder, freshPostgres, freshSqlite } from './stores-for-test.ts'

const run = promisify(execFile)

function openReader(location: string): Promise<StoreReader> {
  return location.startsWith('postgres') ? openPostgresReader(location) : openSqliteReader(location)
}

/** The tables of the first version, as its migration created them. */
function version1(isPostgres: boolean): string {
  const [text, int] = isPostgres ? ['text collate "C"', 'bigint'] : ['text', 'integer']
  return `
    create table gatehouse_schema (version ${int} not null);
    insert into gatehouse_schema values (1);
    create table users (
      id ${text} not null primary key, username ${text} not null unique, password_hash ${text} not null, email ${text},
      email_verified_at ${int}, role ${text} not null, status ${text} not null, full_name ${text} not null,
      bio ${text} not null, age ${int}, created_at ${int} not null, search_text ${text} not null);
    create index users_active_admins on users (id) where role = 'admin' and status = 'active';
    create table sessions (
      id ${text} not null primary key, user_id ${text} references users (id) on delete cascade,
      created_at ${int} not null, last_activity_at ${int} not null, ended_at ${int}, end_reason ${text});
    create table tokens (
      id ${text} not null primary key, purpose ${text} not null, subject ${text} not null, detail ${text} not null,
      created_at ${int} not null, expires_at ${int} not null, unique (purpose, subject));`
}

describe.each(bothKinds)('the tables in %s', (_, fresh) => {
  it('are created once and keep their content when the store is reopened', async () => {
    const { open } = await fresh()
    const first = await open()
    await first.users.insert(aUser())
    await first.close()
    const second = await open()
    expect(await second.users.findByUsername('alice')).toEqual(aUser())
  })

  it('are created once by processes that start concurrently', async () => {
    const { location, open } = await fresh()
    const script = `
      import { openPostgresStores, openSqliteStores } from '${new URL('open.ts', import.meta.url)}'
      const log = { info() {}, warn() {}, error() {} }
      const [, location] = process.argv
      const isPostgres = location.startsWith('postgres')
      // A connection to PostgreSQL has five seconds, in which fifteen at once may not all succeed on a busy machine.
      const opening = Array.from({ length: isPostgres ? 2 : 5 }, () =>
        isPostgres ? openPostgresStores({ url: location, poolSize: 2, log }) : openSqliteStores({ path: location, log }))
      for (const stores of await Promise.all(opening)) {
        await stores.checkReady()
        await stores.close()
      }`
    const args = ['--input-type=module', '--eval', script, '--', location]
    await Promise.all([1, 2, 3].map(() => run(process.execPath, args, { cwd: import.meta.dirname })))
    expect(await (await open()).users.insert(aUser())).toBe('inserted')
  })

  it('of version 1, with fewer session columns, are migrated with their content', async () => {
    const { location, open } = await fresh()
    await execute(location, version1(location.startsWith('postgres')))
    const alice = aUser()
    const { fullName, bio, age } = alice.profile
    await execute(
      location,
      `insert into users values ('${alice.id}', 'alice', '${alice.passwordHash}', null, null, 'member', 'active', '${fullName}', '${bio}', ${age}, 1000, 'alice');
      insert into sessions values ('session-1', '${alice.id}', 1000, 2000, null, null)`,
    )
    const second = await open()
    expect(await second.users.findByUsername('alice')).toEqual(aUser())
    expect(await second.sessions.find('session-1')).toEqual(
      aSession({ provedAt: 0, passwordChangedAt: -1, userAgent: '', address: '' }),
    )
  })

  it('of a newer version are rejected and left unchanged', async () => {
    const { location, open } = await fresh()
    const stores = await open()
    await stores.users.insert(aUser())
    await stores.close()
    await execute(location, `update gatehouse_schema set version = ${schemaVersion + 1}`)
    const refusal = {
      code: 'store_damaged',
      message: expect.stringContaining(
        `was made by a newer Gatehouse (schema ${schemaVersion + 1}; this one knows ${schemaVersion}). It was left untouched. Run that version again. `,
      ),
    }
    await expect(open()).rejects.toMatchObject(refusal)
    await expect(openReader(location)).rejects.toMatchObject(refusal)
    await execute(location, `update gatehouse_schema set version = ${schemaVersion}`)
    expect(await (await open()).users.findByUsername('alice')).toEqual(aUser())
  })

  it('that became newer while the store was open make it not ready', async () => {
    const { location, open } = await fresh()
    const stores = await open()
    await execute(location, `update gatehouse_schema set version = ${schemaVersion + 1}`)
    await expect(stores.checkReady()).rejects.toMatchObject({ code: 'store_damaged' })
  })

  it('of an older version are not readable by a reader, which cannot migrate them', async () => {
    const { location, open } = await fresh()
    await (await open()).close()
    await execute(location, 'update gatehouse_schema set version = 0')
    await expect(openReader(location)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(
        `made by an older Gatehouse (schema 0; this one reads ${schemaVersion}). Start the server`,
      ),
    })
  })
})

describe('tables of another program', () => {
  it('are left unchanged in PostgreSQL', async () => {
    const { location, open } = await freshPostgres()
    await expect(openPostgresReader(location)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/is not a store of Gatehouse/),
    })
    await execute(location, 'create table users (theirs text)')
    await expect(open()).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/cannot be brought up to date: .*"users" already exists/),
    })
    await execute(location, 'insert into users (theirs) values (1)')
    // All or nothing: none of our tables is beside theirs.
    await expect(execute(location, 'select * from gatehouse_schema')).rejects.toThrow('does not exist')
  })

  it('are left unchanged in SQLite', async () => {
    const { location, open } = await freshSqlite()
    await execute(location, 'create table theirs (a text)')
    await expect(open()).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringMatching(/a database of something else/),
    })
    await execute(location, 'insert into theirs (a) values (1)')
  })
})

it('a folder is not a database', async () => {
  const folder = await freshFolder()
  await writeFile(`${folder}/other`, '')
  await expect(openSqliteReader(folder)).rejects.toMatchObject({ code: 'store_unavailable' })
})
