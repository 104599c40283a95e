import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ownOrigins, readSettings } from './config.ts'
import { hours, minutes } from './core/clock.ts'

describe('readSettings', () => {
  test('works without any setting', () => {
    expect(readSettings({})).toEqual({
      host: 'localhost',
      port: 3000,
      appOrigin: 'http://localhost:3000',
      dataDir: resolve('data'),
      store: { driver: 'json', dir: resolve('data') },
      databasePoolSize: 10,
      sessionSecrets: null,
      session: { idleMs: minutes(10), maxMs: hours(12) },
      passwordMinLength: 8,
      breachedPasswordsUrl: null,
      trustProxyHops: 0,
      smtpUrl: null,
      mailFrom: { name: 'Gatehouse', address: 'gatehouse@localhost' },
      signUp: 'open',
      emailRequired: false,
      requireTwoFactor: [],
      notices: true,
      limits: true,
      logLevel: 'info',
      telemetry: false,
    })
  })

  test('listens on all addresses when APP_URL is set', () => {
    expect(readSettings({ APP_URL: 'https://accounts.example.com/' })).toMatchObject({
      host: null,
      appOrigin: 'https://accounts.example.com',
    })
  })

  test('uses localhost and the port without APP_URL', () => {
    expect(readSettings({ PORT: '8080' }).appOrigin).toBe('http://localhost:8080')
  })

  test('treats an empty value as unset', () => {
    expect(readSettings({ PORT: '', APP_URL: '' }).port).toBe(3000)
  })

  test('accepts several secrets, newest first', () => {
    const [newer, older] = ['n'.repeat(32), 'o'.repeat(40)]
    expect(readSettings({ SESSION_SECRET: `${newer}, ${older}` }).sessionSecrets).toEqual([newer, older])
  })

  test.each([
    ['PORT', '0', 'a whole number from 1 to 65535'],
    ['PORT', '3000.5', 'a whole number from 1 to 65535'],
    ['APP_URL', 'accounts.example.com', 'https://accounts.example.com'],
    ['APP_URL', 'ftp://accounts.example.com', 'https://'],
    ['APP_URL', 'http://accounts.example.com', 'plain http is allowed only for localhost'],
    ['APP_URL', 'https://accounts.example.com/app', 'without path'],
    ['APP_URL', 'https://user:pass@accounts.example.com', 'without path or user name'],
    ['SESSION_IDLE_SECONDS', '4', 'a whole number from 5 to 86400'],
    ['SESSION_IDLE_SECONDS', '86401', 'a whole number from 5 to 86400'],
    ['SESSION_MAX_SECONDS', '599', 'at least SESSION_IDLE_SECONDS, which is 600'],
    ['PASSWORD_MIN_LENGTH', '7', 'a whole number from 8 to 64'],
    ['LOG_LEVEL', 'loud', 'one of trace, debug, info'],
    ['BREACHED_PASSWORDS', 'yes', 'must be off, on, or the https:// address'],
    ['BREACHED_PASSWORDS', 'http://leaks.example.com/range', 'on this machine only'],
    ['BREACHED_PASSWORDS', 'https://user:pass@leaks.example.com/range', 'without user name'],
    ['BREACHED_PASSWORDS', 'https://leaks.example.com/range?mode=ntlm', 'without user name or query'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'http://127.0.0.1:4318'],
    ['DATABASE_URL', 'mysql://localhost/app', 'must be sqlite:<path> or postgres://'],
    ['DATABASE_URL', 'json:./data', 'must be sqlite:<path> or postgres://'],
    ['DATABASE_POOL_SIZE', '0', 'from 1 to 200'],
    ['SMTP_URL', 'mail.example.com', 'smtp://host:587'],
    ['SMTP_URL', 'https://mail.example.com', 'smtps://host:465'],
    ['MAIL_FROM', 'a@example.org, b@example.org', 'must be one address'],
    ['MAIL_FROM', 'Gate\r\nBcc: <a@example.org>', 'must be one address'],
    ['MAIL_FROM', 'Acme: Accounts', 'must be one address'],
    ['SIGNUP_EMAIL', 'yes', 'optional or required'],
    ['LIMITS', 'no', 'on or off'],
    ['REQUIRE_TWO_FACTOR', 'on', 'roles, separated by commas: admin, member, guest'],
    ['REQUIRE_TWO_FACTOR', 'admin,', 'roles, separated by commas: admin, member, guest'],
    ['REQUIRE_TWO_FACTOR', 'Admin', 'roles, separated by commas: admin, member, guest'],
    ['REQUIRE_TWO_FACTOR', ' ', 'roles, separated by commas: admin, member, guest'],
  ])('refuses %s=%s and says what is allowed', (name, value, allowed) => {
    expect(() => readSettings({ [name]: value })).toThrow(name)
    expect(() => readSettings({ [name]: value })).toThrow(allowed)
  })

  test.each([
    ['', []],
    ['admin', ['admin']],
    [' admin , member', ['admin', 'member']],
  ])('requires a second factor of the roles in REQUIRE_TWO_FACTOR=%s', (value, roles) => {
    expect(readSettings({ REQUIRE_TWO_FACTOR: value }).requireTwoFactor).toEqual(roles)
  })

  test('says what is wrong with REQUIRE_TWO_FACTOR in one line', () => {
    expect(() => readSettings({ REQUIRE_TWO_FACTOR: 'admin,boss,chief' })).toThrow(
      /^REQUIRE_TWO_FACTOR must name [^\n]*$/,
    )
  })

  test.each([
    ['off', null],
    ['on', 'https://api.pwnedpasswords.com/range/'],
    ['https://leaks.example.com/range', 'https://leaks.example.com/range/'],
    ['http://127.0.0.1:9000/', 'http://127.0.0.1:9000/'],
  ])('asks for published passwords where BREACHED_PASSWORDS=%s says', (value, url) => {
    expect(readSettings({ BREACHED_PASSWORDS: value }).breachedPasswordsUrl).toBe(url)
  })

  test.each([
    ['Acme: Accounts <gate@example.org>', { name: 'Acme: Accounts', address: 'gate@example.org' }],
    ['"Acme, Inc." <gate@example.org>', { name: 'Acme, Inc.', address: 'gate@example.org' }],
    ['Инфо <info@россия.рф>', { name: 'Инфо', address: 'info@россия.рф' }],
  ])('reads the sender %s into a name and an address', (MAIL_FROM, mailFrom) => {
    expect(readSettings({ MAIL_FROM }).mailFrom).toEqual(mailFrom)
  })

  test('requires MAIL_FROM with SMTP_URL, and LIMITS on public sites', () => {
    expect(() => readSettings({ SMTP_URL: 'smtp://user:hunter2@mail.example.com' })).toThrow(/^MAIL_FROM must be set/)
    const open = { LIMITS: 'off', APP_URL: 'https://accounts.example.com' }
    expect(() => readSettings(open)).toThrow(/^LIMITS may be off only/)
    expect(readSettings({ LIMITS: 'off' }).limits).toBe(false)
  })

  test('accepts plain http only for this machine, so that no password crosses a network in clear [V12.2.1, T21]', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect(readSettings({ APP_URL: `http://${host}:3000` }).appOrigin).toBe(`http://${host}:3000`)
    }
    const elsewhere = ['accounts.example.com', '192.168.0.5', '127.0.0.2', '[::2]', 'localhost.example.com', '0.0.0.0']
    for (const host of elsewhere) {
      expect(() => readSettings({ APP_URL: `http://${host}` }), host).toThrow(/^APP_URL must start with https:/)
    }
  })

  test('reads secrets from files [V13.3.1]', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const fileWith = async (name: string, text: string) => {
      await writeFile(join(dir, name), text, { mode: 0o600 })
      return join(dir, name)
    }
    const [newer, older] = ['n'.repeat(32), 'o'.repeat(32)]
    const SESSION_SECRET_FILE = await fileWith('secret', `${newer},${older}\n`)
    const DATABASE_URL_FILE = await fileWith('database', 'postgres://site:hunter2@localhost/site\n')
    const SMTP_URL_FILE = await fileWith('smtp', 'smtps://site:hunter2@mail.example.com\n')
    const MAIL_FROM = 'gate@example.org'
    expect(readSettings({ SESSION_SECRET_FILE, DATABASE_URL_FILE, SMTP_URL_FILE, MAIL_FROM })).toMatchObject({
      sessionSecrets: [newer, older],
      store: { driver: 'postgres', url: 'postgres://site:hunter2@localhost/site' },
      smtpUrl: 'smtps://site:hunter2@mail.example.com',
    })

    const wrong: [env: Record<string, string>, sentence: RegExp][] = [
      [{ SESSION_SECRET_FILE, SESSION_SECRET: newer }, /^SESSION_SECRET_FILE and SESSION_SECRET are both set/],
      [{ SMTP_URL_FILE: join(dir, 'none') }, /^SMTP_URL_FILE must name a file that can be read: .* cannot \(ENOENT\)/],
      [{ SESSION_SECRET_FILE: await fileWith('empty', '\n') }, /^SESSION_SECRET_FILE must name a file with something/],
      [{ SESSION_SECRET_FILE: await fileWith('short', 'hunter2') }, /^SESSION_SECRET has a secret that is too short/],
    ]
    for (const [env, sentence] of wrong) {
      expect(() => readSettings(env)).toThrow(sentence)
      expect(() => readSettings(env)).not.toThrow(/hunter2|n{32}/)
    }
  })

  test('never repeats a rejected secret', () => {
    const secret = 'hunter2-too-short'
    expect(() => readSettings({ SESSION_SECRET: secret })).toThrow(/^SESSION_SECRET .*at least 32 characters/)
    expect(() => readSettings({ SESSION_SECRET: secret })).not.toThrow(secret)
  })
})

describe('ownOrigins', () => {
  test('is the public origin, or every name of this machine', () => {
    expect(ownOrigins('https://accounts.example.com')).toEqual(['https://accounts.example.com'])
    expect(ownOrigins('http://localhost:3000')).toEqual([
      'http://localhost:3000',
      'http://127.0.0.1:3000',
      'http://[::1]:3000',
    ])
  })
})
