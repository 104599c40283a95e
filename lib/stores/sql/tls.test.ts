// Connections to a database on another machine are encrypted and verified, or rejected.
import { chown, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import pg from 'pg'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import { makeCertificates, type TestCertificates } from '#lib/core/mail/certificates-for-test.ts'

import { openPostgresStores } from './open.ts'
import { startPostgres, type TestPostgres } from './postgres-for-test.ts'
import { freshFolder, type LogLine, logTo } from './stores-for-test.ts'

async function ask<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Row>(statement)
  await client.end()
  return rows
}

/** From then on the server offers TLS. */
async function giveCertificate(url: string, { certificate, key }: TestCertificates): Promise<void> {
  const [{ folder } = { folder: '' }] = await ask<{ folder: string }>(
    url,
    "select current_setting('data_directory') as folder",
  )
  const { uid, gid } = await stat(folder)
  for (const [name, pem] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    // The server only reads a key that its own account owns and that is closed to others.
    await writeFile(join(folder, name), pem, { mode: 0o600 })
    await chown(join(folder, name), uid, gid)
  }
  await ask(url, 'alter system set ssl = on')
  await ask(url, 'select pg_reload_conf()')
  await vi.waitFor(async () => expect(await ask(url, 'show ssl')).toEqual([{ ssl: 'on' }]), { timeout: 20_000 })
}

describe('a database that speaks TLS', () => {
  let server: TestPostgres
  let certificates: TestCertificates
  beforeAll(async () => {
    server = await startPostgres()
    certificates = await makeCertificates()
    await giveCertificate(server.adminUrl, certificates)
    return server.stop
  })

  /** The server's URLs under its certificate's name and under another, verified against the authority. */
  async function addresses(): Promise<{ named: string; other: string }> {
    const file = join(await freshFolder(), 'authority.pem')
    await writeFile(file, certificates.authority)
    const other = `${server.adminUrl}?sslmode=verify-full&sslrootcert=${file}`
    return { other, named: other.replace('127.0.0.1', 'localhost') }
  }

  async function open(url: string): Promise<void> {
    const stores = await openPostgresStores({ url, poolSize: 1, log: logTo() })
    onTestFinished(() => stores.close())
    await stores.checkReady()
  }

  it('is used with a certificate of the configured authority [V12.3.1, V12.3.4]', async () => {
    const { named } = await addresses()
    await open(named)
    const asked = await ask(named, 'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()')
    expect(asked).toEqual([{ ssl: true, version: 'TLSv1.3' }])
  })

  it('is rejected with an untrusted certificate or one for another host [V12.3.2]', async () => {
    const { named, other } = await addresses()
    const unknown = named.replace(/&sslrootcert=.*/, '')
    for (const [url, why] of [
      [unknown, /unable to verify the first certificate/],
      [other, /does not match certificate/],
    ] as const) {
      await expect(open(url)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringMatching(why),
      })
    }
  })
})

it('logs a URL that leaves the connection to another machine unprotected', async () => {
  const lines: LogLine[] = []
  const opening = openPostgresStores({
    url: 'postgres://gatehouse@db.invalid/site?sslmode=disable',
    poolSize: 1,
    log: logTo(lines),
  })
  await expect(opening).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(lines).toMatchObject([{ level: 'warn', message: expect.stringMatching(/without TLS/) }])
})
