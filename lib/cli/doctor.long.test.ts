import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sealTotpKey } from '../auth/totp-key.ts'
import { compose, openRuntime } from '../composition.ts'
import { readSettings } from '../config.ts'
import { seal } from '../core/crypto/seal.ts'
import { startSmtp } from '../core/mail/smtp-for-test.ts'
import { aPasskey, aUser } from '../stores/contract/samples.ts'
import { runCommand } from './command-for-test.ts'
import { fill } from './places-for-test.ts'

interface Finding {
  check: string
  verdict: string
  text: string
}

async function examine(settings: Record<string, string> = {}, ...args: string[]) {
  const dir = settings.DATA_DIR ?? (await freshDir())
  const { code, stdout } = await runCommand(['doctor', '--json', ...args], { DATA_DIR: dir, ...settings })
  const findings: Finding[] = JSON.parse(stdout)
  const of = (check: string) => findings.filter((finding) => finding.check === check)
  return {
    code,
    of,
    verdicts: (check: string) =>
      of(check)
        .map(({ verdict }) => verdict)
        .join(' '),
  }
}

async function freshDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-doctor-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const good = {
  APP_URL: 'https://accounts.example.org',
  SESSION_SECRET: 'Jr8uPzqEwXk2nB5vT1yLs9cDf7hGm3aQ4oR6iUe0',
  TRUST_PROXY_HOPS: '1',
}

test('finds no problem in a good installation, and shows the client address', async () => {
  const dir = await freshDir()
  await runCommand(['user', 'create-admin', 'ada'], { DATA_DIR: dir })
  const { code, of, verdicts } = await examine({ ...good, DATA_DIR: dir }, '--forwarded', '203.0.113.7, 198.51.100.9')
  expect(code).toBe(0)
  for (const check of ['settings', 'secret', 'cookies', 'store', 'admin', 'clock', 'space', 'leaks']) {
    expect(verdicts(check), check).toBe('ok')
  }
  expect(of('cookies')[0]?.text).toContain('__Host-session; HttpOnly; SameSite=Lax; Path=/; Secure')
  expect(of('proxy')[1]?.text).toContain('address is 198.51.100.9')
  expect(verdicts('versions')).toBe('ok ok ok')
  expect(verdicts('mail')).toBe('warn')
})

test.each([
  ['a secret of one letter', { SESSION_SECRET: 'a'.repeat(40) }, 'secret', 'fail'],
  ['a secret of words', { SESSION_SECRET: 'please-change-this-secret-before-use-9' }, 'secret', 'warn'],
  ['no proxy in front of https', { TRUST_PROXY_HOPS: '0' }, 'proxy', 'warn'],
  ['plain http', { APP_URL: '' }, 'cookies', 'warn'],
  ['no store yet', {}, 'store', 'warn'],
  ['a database that is away', { DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/none' }, 'store', 'fail'],
  ['a service of published passwords that is away', { BREACHED_PASSWORDS: 'http://127.0.0.1:1' }, 'leaks', 'warn'],
  ['a mail server that is away', { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'a@example.org' }, 'mail', 'fail'],
])('reports %s', async (_, settings, check, verdict) => {
  const { code, of, verdicts } = await examine({ ...good, ...settings })
  expect(verdicts(check)).toBe(verdict)
  expect(code).toBe(verdict === 'fail' ? 1 : 0)
  expect(JSON.stringify(of(check))).not.toContain('hidden')
})

test('says when an older secret can be removed, and how many mails still need it', async () => {
  const dir = await freshDir()
  const [newer, older, other] = ['n', 'o', 'x'].map((letter) => `${good.SESSION_SECRET}${letter}`)
  const at = { createdAt: 1, dueAt: 1, attempts: 0 }
  const mails = await Promise.all(
    [newer, older, older, other].map(async (secret = '', n) => ({
      kind: 'mail' as const,
      record: { id: `mail-${n}`, sealed: await seal({}, 'mail', [secret]), ...at },
    })),
  )
  await fill({ url: '', location: { driver: 'json', dir }, dir }, mails)
  const rotated = await examine({ ...good, DATA_DIR: dir, SESSION_SECRET: `${newer},${older}` })
  expect(rotated.of('rotation').map(({ verdict, text }) => `${verdict} ${text.split(/[.:]/)[0]}`)).toEqual([
    'ok Older secrets still open what was sealed with them',
    'warn 2 queued mails can only be opened with an older secret',
    'fail 1 queued mail cannot be opened',
    'ok SESSION_SECRET',
  ])
  expect(rotated.of('rotation')[0]?.text).toContain('36 hours after')
  const alone = await examine({ ...good, DATA_DIR: dir, SESSION_SECRET: `${newer}` })
  expect(alone.verdicts('rotation')).toBe('fail')
})

test('says which roles need a second factor, and how many users have one', async () => {
  const dir = await freshDir()
  const totp = { sealed: await sealTotpKey('JBSWY3DPEHPK3PXP', 'ada', [good.SESSION_SECRET]), createdAt: 1 }
  const users = [aUser({ id: 'ada', username: 'ada', role: 'admin', totp }), aUser({ username: 'bob', role: 'admin' })]
  const records = [...users, aUser()].map((record) => ({ kind: 'user' as const, record }))
  await fill({ url: '', location: { driver: 'json', dir }, dir }, records)
  const said = async (settings: object) =>
    (await examine({ ...good, DATA_DIR: dir, ...settings })).of('two-factor')[0]?.text
  expect(await said({})).toContain('REQUIRE_TWO_FACTOR is unset')
  expect(await said({ REQUIRE_TWO_FACTOR: 'admin' })).toContain(
    'is admin: 1 of 2 users have a second factor. The others',
  )
})

test('says whether authenticator apps need an older secret', async () => {
  const dir = await freshDir()
  const [newer = '', older = '', other = ''] = ['n', 'o', 'x'].map((letter) => `${good.SESSION_SECRET}${letter}`)
  const users = await Promise.all(
    [newer, older, older, other].map(async (secret, n) => {
      const totp = { sealed: await sealTotpKey('JBSWY3DPEHPK3PXP', `user-${n}`, [secret]), createdAt: 1 }
      return { kind: 'user' as const, record: aUser({ id: `user-${n}`, username: `user-${n}`, totp }) }
    }),
  )
  const rotation = async (secrets: string, among: typeof users) => {
    await fill({ url: '', location: { driver: 'json', dir }, dir }, among)
    const { of } = await examine({ ...good, DATA_DIR: dir, SESSION_SECRET: secrets })
    return of('rotation').map(({ verdict, text }) => `${verdict} ${text}`)
  }
  expect(await rotation(`${newer},${older}`, users)).toEqual([
    expect.stringMatching(/^ok Older secrets/),
    expect.stringMatching(/^fail SESSION_SECRET lacks the secret of 1 authenticator app/),
    expect.stringMatching(/^warn An older secret is still needed by 2 authenticator apps/),
  ])
  expect(await rotation(`${newer},${older}`, users.slice(0, 1))).toEqual([
    expect.stringMatching(/^ok Older secrets/),
    expect.stringMatching(/^ok SESSION_SECRET: no authenticator app needs the older secrets/),
  ])
  expect(await rotation(newer, users.slice(0, 1))).toEqual([])
})

test('warns of passkeys that were made for another host', async () => {
  const dir = await freshDir()
  const passkeys = ['accounts.example.org', 'old.example.org', 'old.example.org'].map((rpId, n) =>
    aPasskey({ id: `credential-${n}`, rpId }),
  )
  await fill({ url: '', location: { driver: 'json', dir }, dir }, [{ kind: 'user', record: aUser({ passkeys }) }])
  const { of } = await examine({ ...good, DATA_DIR: dir })
  expect(of('passkeys').map(({ verdict, text }) => `${verdict} ${text.split('.')[0]}`)).toEqual([
    'warn 2 passkeys made for old',
  ])
})

describe('X-Forwarded-For', () => {
  test.each([
    ['203.0.113.7:50001', 'ok', 'address is 203.0.113.7.'],
    ['[2001:db8::7]:50001', 'ok', 'address is 2001:db8::7.'],
    ['203.0.113.7, unknown', 'fail', 'has no address in that place'],
  ])('reads %s as the server does', async (header, verdict, said) => {
    const { of } = await examine(good, '--forwarded', header)
    expect(of('proxy')[1]).toMatchObject({ verdict, text: expect.stringContaining(said) })
  })

  test.each([
    ['one address', ['10.0.0.2'], 'warn'],
    ['no address', [''], 'warn'],
    ['several addresses', ['10.0.0.2', '203.0.113.7'], 'ok'],
  ])('judges %s for all logged-in users', async (_, addresses, verdict) => {
    const dir = await freshDir()
    const settings = { ...good, DATA_DIR: dir }
    const runtime = await openRuntime(readSettings(settings))
    const { sessions } = compose(runtime)
    for (const [index, id] of ['ada', 'bea', 'cyd', 'dan', 'eve'].entries()) {
      await runtime.stores.users.insert(aUser({ id, username: id }))
      await sessions.start(id, { userAgent: '', address: addresses[index % addresses.length] ?? '' })
    }
    await runtime.stores.close()
    await runtime.rateLimits.close()
    await runtime.strength.close()
    const { verdicts } = await examine(settings)
    expect(verdicts('proxy')).toBe(verdict === 'ok' ? 'ok' : 'ok warn')
  })
})

test('reports connections without verified TLS [V12.3.1]', async () => {
  const { of } = await examine({
    ...good,
    DATABASE_URL: 'postgres://u:hidden@[::ffff:127.0.0.1]:1/none?sslmode=disable',
    SMTP_URL: 'smtp://u:hidden@[::ffff:127.0.0.1]:1?requireTLS=false',
    MAIL_FROM: 'a@example.org',
  })
  expect(of('ways').map(({ verdict, text }) => [verdict, text.split(' is ')[0]])).toEqual([
    ['warn', 'PostgreSQL database none at [::ffff:7f00:1]:1'],
    ['warn', 'smtp://[::ffff:7f00:1]:1'],
  ])
  expect(JSON.stringify(of('ways'))).not.toContain('hidden')
})

test('reports a secret readable by others, and a site without an admin [V13.3.2]', async () => {
  const dir = await freshDir()
  await runCommand(['user', 'create', 'bob'], { DATA_DIR: dir })
  await chmod(join(dir, 'secret'), 0o644)
  const { verdicts } = await examine({ DATA_DIR: dir })
  expect(verdicts('secret')).toBe('fail')
  expect(verdicts('admin')).toBe('warn')
})

test('accepts a mail server that answers', async () => {
  const server = await startSmtp({ hidesStartTls: true })
  const MAIL_FROM = 'Acme, Inc.: Accounts <a@example.org>'
  const { verdicts, of } = await examine({ ...good, SMTP_URL: server.url, MAIL_FROM })
  expect(verdicts('mail')).toBe('ok')
  expect(of('sender')).toMatchObject([
    { verdict: 'ok', text: 'Mails come from "Acme, Inc.: Accounts" <a@example.org>.' },
  ])
})

test('accepts a service that knows published passwords', async () => {
  const suffix = createHash('sha1').update('password').digest('hex').slice(5)
  const server = createServer((_, response) => response.end(`${suffix}:9`)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { verdicts } = await examine({ ...good, BREACHED_PASSWORDS: `http://127.0.0.1:${port}` })
  expect(verdicts('leaks')).toBe('ok')
})
