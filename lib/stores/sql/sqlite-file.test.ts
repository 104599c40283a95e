import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { aSession, aUser, recordsOf } from '#lib/stores/contract/samples.ts'

import { openSqliteReader, openSqliteStores } from './open.ts'
import { kyselyOnSqlite } from './sqlite.ts'
import { openSqlite } from './sqlite-file.ts'
import { freshFolder, freshSqlite, type LogLine, logTo } from './stores-for-test.ts'

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

/** A closed store with some users in it. */
async function filled(people = 300): Promise<{ path: string; open: Awaited<ReturnType<typeof freshSqlite>>['open'] }> {
  const { location, open } = await freshSqlite()
  const stores = await open()
  const users = Array.from({ length: people }, (_, n) => aUser({ username: `user-${n}` }))
  await stores.replaceAll(recordsOf(users.map((record) => ({ kind: 'user', record }))))
  await stores.close()
  return { path: location, open }
}

describe('the SQLite file', () => {
  it('is not created beside a leftover log of another file', async () => {
    const path = join(await freshFolder(), 'site.db')
    await writeFile(`${path}-wal`, 'the last writes')
    const fault = { code: 'store_damaged', message: expect.stringContaining('site.db-wal') }
    await expect(openSqliteStores({ path, log: logTo() })).rejects.toMatchObject(fault)
    expect(await readdir(dirname(path))).toEqual(['site.db-wal'])
  })

  it('serves readers while another process writes, and makes writers wait', async () => {
    const { location, open } = await freshSqlite()
    const stores = await open()
    await stores.users.insert(aUser())
    const other = new SqliteDatabase(location)
    other.exec('begin immediate')
    const order: string[] = []
    const writing = Array.from({ length: 3 }, (_, n) =>
      stores.users.insert(aUser({ username: `waiting-${n}` })).then(() => order.push('written')),
    )
    expect(await stores.users.find('id-of-alice')).toEqual(aUser())
    order.push('read')
    other.exec('commit')
    other.close()
    await Promise.all(writing)
    expect(order).toEqual(['read', 'written', 'written', 'written'])
  })

  it('uses settings that lose no commits', async () => {
    const path = join(await freshFolder(), 'site.db')
    const { db, close } = await openSqlite(path, logTo())
    const settings = ['journal_mode', 'synchronous', 'foreign_keys']
    const found = await Promise.all(
      settings.map(async (name) => {
        const pragma = { sql: `pragma ${name}`, parameters: [] }
        const { rows } = await db.executeQuery<Record<string, unknown>>({ ...db.selectNoFrom([]).compile(), ...pragma })
        return rows[0]?.[name]
      }),
    )
    // synchronous: 2 is FULL.
    expect(found).toEqual(['wal', 2, 1])
    await close()
  })

  it('is created with its folders, all closed to other accounts [V13.2.2]', async () => {
    const path = join(await freshFolder(), 'a/b/site.db')
    const stores = await openSqliteStores({ path, log: logTo() })
    await stores.users.insert(aUser())
    for (const folder of [dirname(path), dirname(dirname(path))]) expect(await modeOf(folder)).toBe(0o700)
    for (const name of await readdir(dirname(path))) expect(await modeOf(join(dirname(path), name))).toBe(0o600)
    expect((await readdir(dirname(path))).toSorted()).toEqual(['site.db', 'site.db-shm', 'site.db-wal'])
    await stores.close()
    expect(await readdir(dirname(path))).toEqual(['site.db'])
  })

  it('that was open to others is closed, and the log says so', async () => {
    const { path, open } = await filled(1)
    await chmod(path, 0o644)
    const log: LogLine[] = []
    await open({ log })
    expect(await modeOf(path)).toBe(0o600)
    expect(log).toMatchObject([{ level: 'warn', fields: { path, before: '0644' } }])
  })

  it('leaves no trace of a process that died while it created the file', async () => {
    const { path, open } = await filled(1)
    const others = ['site.db.bak', 'other.db.0123456789abcdef.tmp']
    for (const name of ['site.db.0123456789abcdef.tmp', ...others]) await writeFile(join(dirname(path), name), '')
    await (await open()).close()
    expect((await readdir(dirname(path))).toSorted()).toEqual([...others, 'site.db'].toSorted())
  })

  it('that cannot be created is an error that names it', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'file'), '')
    const path = join(folder, 'file/site.db')
    await expect(openSqliteStores({ path, log: logTo() })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(path),
    })
    await expect(openSqliteStores({ path: folder, log: logTo() })).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('a damaged SQLite file', () => {
  const spoilt: [string, (bytes: Buffer) => Buffer][] = [
    ['is empty', () => Buffer.alloc(0)],
    ['is text', () => Buffer.from('{"users": {}}'.repeat(1_000))],
    ['is all zeros', (bytes) => Buffer.alloc(bytes.length)],
    ['lost its end', (bytes) => bytes.subarray(0, bytes.length / 2)],
    [
      'lost its second half to zeros',
      (bytes) => Buffer.concat([bytes.subarray(0, 8_192), Buffer.alloc(bytes.length - 8_192)]),
    ],
    [
      'has a page of noise',
      (bytes) => Buffer.concat([bytes.subarray(0, 8_192), Buffer.alloc(4_096, 0xa5), bytes.subarray(12_288)]),
    ],
  ]

  it.each(spoilt)('that %s is rejected and stays unchanged', async (_, spoil) => {
    const { path, open } = await filled()
    const bytes = spoil(await readFile(path))
    await writeFile(path, bytes)
    const refusal = { code: 'store_damaged', message: expect.stringContaining(`${path} cannot be used: `) }
    await expect(open()).rejects.toMatchObject(refusal)
    await expect(openSqliteReader(path)).rejects.toMatchObject(refusal)
    expect((await readFile(path)).equals(bytes)).toBe(true)
  })

  it('that is empty is not mistaken for a new one', async () => {
    const { path, open } = await filled(1)
    await writeFile(path, '')
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('it is empty') })
  })

  it('with a session of an unknown user is rejected', async () => {
    const { path, open } = await filled(1)
    const raw = new SqliteDatabase(path)
    raw.pragma('foreign_keys = OFF')
    raw.exec(`insert into sessions (id, user_id, created_at, last_activity_at) values ('s', 'nobody', 1, 1)`)
    raw.close()
    await expect(open()).rejects.toMatchObject({ code: 'store_damaged' })
  })

  it('with an index that disagrees with its table is rejected by a copy', async () => {
    const { path } = await filled(1)
    const raw = new SqliteDatabase(path).unsafeMode()
    raw.exec(`insert into tokens values ('id', 'purpose', 'subject', 'detail', 1, 2, null)`)
    raw.pragma('writable_schema = ON')
    const index = raw.prepare(`select * from sqlite_schema where name = 'tokens_by_expiry'`).get()
    raw.exec(`delete from sqlite_schema where name = 'tokens_by_expiry'`)
    raw.pragma('writable_schema = RESET')
    raw.exec(`update tokens set expires_at = 3`)
    raw.pragma('writable_schema = ON')
    raw.prepare('insert into sqlite_schema values (@type, @name, @tbl_name, @rootpage, @sql)').run(index)
    raw.close()
    await expect(openSqliteReader(path)).rejects.toMatchObject({
      code: 'store_damaged',
      message: expect.stringMatching(/tokens_by_expiry/),
    })
  })
})

describe('a reader of a SQLite file', () => {
  it('needs an existing file and creates none', async () => {
    const folder = await freshFolder()
    const fault = { code: 'store_unavailable', message: expect.stringMatching(/site\.db cannot be read: ENOENT/) }
    await expect(openSqliteReader(join(folder, 'site.db'))).rejects.toMatchObject(fault)
    expect(await readdir(folder)).toEqual([])
  })

  it('reads a running server’s data and leaves everything in place', async () => {
    const { location, open } = await freshSqlite()
    const stores = await open()
    await stores.users.insert(aUser())
    const reader = await openSqliteReader(location)
    await stores.users.insert(aUser({ username: 'bob' }))
    expect(await Array.fromAsync(reader.dump())).toHaveLength(2)
    await reader.close()
    await stores.users.insert(aUser({ username: 'carol' }))
    expect(await Array.fromAsync(stores.dump())).toHaveLength(3)
  })

  it('leaves the file and folder of a stopped server unchanged', async () => {
    const { path } = await filled(3)
    const before = await readFile(path)
    const reader = await openSqliteReader(path)
    expect(await Array.fromAsync(reader.dump())).toHaveLength(3)
    await reader.close()
    await expect(Array.fromAsync(reader.dump())).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(await readdir(dirname(path))).toEqual(['site.db'])
  })
})

describe('SQLite', () => {
  it('keeps its content when a process dies during a replacement', async () => {
    const { path, open } = await filled(5)
    const script = `
      import { openSqliteStores } from '${new URL('open.ts', import.meta.url)}'
      import { aUser } from '${new URL('../contract/samples.ts', import.meta.url)}'
      const stores = await openSqliteStores({ path: process.argv[1], log: { info() {}, warn() {}, error() {} } })
      await stores.replaceAll((async function* () {
        for (let n = 0; n < 2000; n += 1) yield { kind: 'user', record: aUser({ username: 'new-' + n }) }
        console.log('half-way')
        await new Promise(() => setInterval(() => {}, 1000))
      })())`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, '--', path], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await exited
    const stores = await open()
    expect((await Array.fromAsync(stores.dump())).map(({ record }) => record.id)).toContain('id-of-user-4')
    expect(await stores.users.findByUsername('new-0')).toBeNull()
  })

  it('waits for another process that writes, and serves others meanwhile', async () => {
    const { location, open } = await freshSqlite()
    const stores = await open()
    const other = new SqliteDatabase(location)
    other.exec('begin immediate')
    const inserting = stores.users.insert(aUser())
    const first = await Promise.race([
      inserting,
      new Promise((resolve) => setImmediate(resolve, 'this process goes on')),
    ])
    expect(first).toBe('this process goes on')
    other.exec('commit')
    other.close()
    expect(await inserting).toBe('inserted')
  })

  it('reports a full disk, changes nothing, and works again when there is space', async () => {
    const raw = new SqliteDatabase(':memory:')
    const db = kyselyOnSqlite(raw, 'the store')
    raw.exec('create table gatehouse_schema (version text)')
    raw.pragma('max_page_count = 20')
    const write = (version: string) =>
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('gatehouse_schema').execute()
        await trx
          .insertInto('gatehouse_schema')
          .values({ version: version as unknown as number })
          .execute()
      })
    await write('small')
    await expect(write('x'.repeat(200_000))).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'the store cannot be used: database or disk is full',
      cause: { code: 'SQLITE_FULL' },
    })
    expect(await db.selectFrom('gatehouse_schema').selectAll().execute()).toEqual([{ version: 'small' }])
    raw.pragma('max_page_count = 200')
    await write('y'.repeat(200_000))
  })

  it('reports our own bugs as bugs, not as failures of the disk', async () => {
    const { open } = await freshSqlite()
    const stores = await open()
    await stores.users.insert(aUser())
    await expect(stores.users.insert(aUser({ id: 'id-of-alice', username: 'bob' }))).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_PRIMARYKEY',
    })
    await expect(stores.sessions.insert(aSession({ userId: 'nobody' }))).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_FOREIGNKEY',
    })
    await expect(stores.sessions.insert(aSession({ createdAt: 1.5 }))).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_DATATYPE',
    })
  })
})
