import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readInventory } from './inventory.ts'

const root = path.resolve(import.meta.dirname, '..')
const sections = new Map(readInventory().map(({ title, rows }) => [title, rows]))
const rowsOf = (title: string) => sections.get(title) ?? []
const first = (title: string) => rowsOf(title).map(([cell]) => cell)

test('the inventory lists what each role, page, handler and command requires [V8.1.1, V8.1.3, V8.1.4]', () => {
  expect(rowsOf('Roles')).toContainEqual(['see-audit', '', '', 'yes'])
  expect(rowsOf('Pages and handlers')).toEqual(
    expect.arrayContaining([
      ['/login', 'anyone', ''],
      ['/', 'a session', ''],
      ['/security/delete', 'manage-own-account', '10 minutes'],
      ['/admin/users/[id]', 'admin', '5 minutes'],
    ]),
  )
  expect(rowsOf('Pages and handlers').filter((cells) => cells.includes('nothing'))).toEqual([])
  expect(rowsOf('Commands')).toContainEqual([
    'users.change-role',
    'change-people',
    '5 minutes',
    'account.role_changed',
    'id, role',
  ])
})

test('the inventory lists each way to authenticate and the lifetimes of sessions and links [V6.1.3, V7.1.1]', () => {
  expect(first('Ways to authenticate')).toEqual(
    expect.arrayContaining(['lib/features/log-in/commands.ts', 'lib/features/recovery/commands.ts']),
  )
  expect(rowsOf('How long')).toEqual(
    expect.arrayContaining([
      ['a session without activity', '10 minutes'],
      ['a session in all', '12 hours'],
      ['a link to a new password', '1 hour'],
    ]),
  )
})

test('the inventory lists every limit for users and addresses [V2.1.3]', () => {
  expect(rowsOf('Rate limits')).toContainEqual(['wrong-password', '10', '10 minutes'])
})

test('the inventory classifies every stored field [V8.1.2, V14.1.1]', () => {
  const classes = new Map(rowsOf('Fields that are kept').map(([field = '', kind]) => [field, kind]))
  const of = (...kinds: string[]) => kinds.map((field) => classes.get(field))
  expect(of('user.passwordHash', 'mail.sealed')).toEqual(['secret', 'secret'])
  expect(of('user.username', 'user.profile.age', 'session.address')).toEqual(['personal', 'personal', 'personal'])
  expect(of('session.createdAt', 'token.purpose')).toEqual(['internal', 'internal'])
  expect(classes.size).toBeGreaterThan(50)
})

test('the inventory lists the logged events [V16.1.1]', () => {
  expect(first('Events in the log')).toEqual(
    expect.arrayContaining(['session.started', 'form.refused', 'mail_put_off']),
  )
})

test('the inventory finds the code that uses cryptography, connections and secrets, and native packages [V11.1.2, V11.1.3, V13.1.1, V13.1.4, V15.1.4]', () => {
  expect(rowsOf('Cryptography')).toContainEqual(['lib/core/crypto/password.ts', '@node-rs/argon2'])
  expect(rowsOf('Connections')).toContainEqual(['lib/core/mail/transport.ts', 'nodemailer'])
  expect(first('Connections')).toContain('lib/auth/passwords/breached-passwords.ts')
  expect(first('Settings that can hold a secret')).toEqual(['DATABASE_URL', 'SESSION_SECRET', 'SMTP_URL'])
  expect(first('Native packages')).toEqual(expect.arrayContaining(['sharp', '@node-rs/argon2']))
})

test('the bill of materials is made offline and lists every package with its version [V15.1.2]', () => {
  const { status, stdout } = spawnSync('npm', ['run', '--silent', 'sbom'], {
    cwd: root,
    env: { ...process.env, npm_config_offline: 'true' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  })
  expect(status).toBe(0)
  const bill: { bomFormat: string; components: { purl: string }[] } = JSON.parse(stdout)
  expect(bill.bomFormat).toBe('CycloneDX')
  const urls = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl)))
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const pinned = Object.entries({ ...dependencies, ...devDependencies }).map(([name, at]) => `pkg:npm/${name}@${at}`)
  expect(pinned.filter((url) => !urls.has(url))).toEqual([])
})
