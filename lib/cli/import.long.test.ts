import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashPassword as betterAuthHash } from '@better-auth/utils/password'
import { hash as argon2Hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../core/crypto/hash.ts'
import { codeOn } from '../features/two-factor/second-factor-for-test.ts'
import { aLoginClient } from '../services-for-test.ts'
import { aUser } from '../stores/contract/samples.ts'
import { runCommand, startCommand } from './command-for-test.ts'
import {
  contentOf,
  fill,
  fingerprint,
  freshDir,
  freshPlace,
  type Kind,
  kinds,
  type Place,
  people,
  secret,
  settingsFor,
  startHolder,
  withSite,
  withStores,
} from './places-for-test.ts'

const password = 'three blind mice run'

async function file(name: string, content: string): Promise<string> {
  const path = join(await freshDir(), name)
  await writeFile(path, content)
  return path
}

function importFile(format: string, path: string, place: Place, ...more: string[]) {
  return runCommand(['import', format, path, '--url', place.url, ...more])
}

async function rejectedBy(path: string): Promise<Record<string, string>[]> {
  return parse(await readFile(`${path}.rejected.csv`, 'utf8'), { columns: true })
}

function manyPeople(count: number): string {
  const rows = Array.from({ length: count }, (_, n) => `user-${n},u${n}@example.org,true,${sha256(`password ${n}`)}`)
  return `username,email,email_verified,password_hash\n${rows.join('\n')}\n`
}

describe('import', () => {
  test.each(kinds)('lets users of each system log in with the old password: %s', async (kind) => {
    const place = await freshPlace(kind)
    const hashes = {
      argon: await argon2Hash(password, { memoryCost: 4096 }),
      bert: await bcryptHash(password, { cost: 10, version: '2y' }),
      berta: await betterAuthHash(password),
      // By make_password of Django 3.2.25.
      django: 'pbkdf2_sha256$260000$cJa8XwPdHa9EzAX0wW1NKj$yQnq7xqh79CO35KpC9je+VKhIqyJFmw8G5ToJkuxlFY=',
      streamlit: sha256(password),
    }
    const rows = Object.entries(hashes).map(([username, hash]) => `${username},"${hash}"`)
    const path = await file('people.csv', `username,password_hash\n${rows.join('\n')}\nnobody,\n`)
    const { code, stdout } = await importFile('csv', path, place, '--yes')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Imported: 6 users into .*\n {2}1 without/),
    })

    await withSite(place, async ({ accounts, stores }) => {
      for (const username of Object.keys(hashes)) {
        const typed = username === 'django' ? 'three blind mice' : password
        expect(await accounts.checkCredentials(username, `${typed} `, aLoginClient())).toMatchObject({ ok: false })
        expect(await accounts.checkCredentials(username, typed, aLoginClient())).toMatchObject({
          ok: true,
          value: { username },
        })
        const { passwordHash } = (await stores.users.findByUsername(username)) ?? {}
        expect(passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
        expect(await accounts.checkCredentials(username, typed, aLoginClient())).toMatchObject({ ok: true })
      }
      for (const typed of ['!', '', password]) {
        expect(await accounts.checkCredentials('nobody', typed, aLoginClient())).toMatchObject({ ok: false })
      }
    })
  })

  test.each([
    [
      'the text of the console',
      (signerKey: string) =>
        `hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: ${signerKey},\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}\n`,
    ],
    [
      'JSON',
      (signerKey: string) =>
        JSON.stringify({
          algorithm: 'SCRYPT',
          base64_signer_key: signerKey,
          base64_salt_separator: 'Bw==',
          rounds: 8,
          mem_cost: 14,
        }),
    ],
  ])('takes an export of Firebase with the parameters of its project: %s', async (_, config) => {
    // The published example of github.com/firebase/scrypt.
    const signerKey = 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='
    const hash = 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=='
    const anna = {
      localId: 'x1',
      email: 'anna@example.org',
      emailVerified: true,
      passwordHash: hash,
      salt: '42xEC+ixf3L2lw==',
    }
    const place = await freshPlace('sqlite')
    const path = await file(
      'users.json',
      JSON.stringify({ users: [anna, { localId: 'x2', email: 'anna@example.net' }] }),
    )
    const parameters = ['--firebase-config', await file('config', config(signerKey))]
    const { code, stdout, stderr } = await importFile('firebase', path, place, '--yes', '--json', ...parameters)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      imported: 2,
      withoutPassword: 1,
      unreachable: 1,
      usernames: [{ username: 'anna' }, { username: 'anna2', email: 'anna@example.net' }],
    })
    expect(stdout + stderr).not.toContain(signerKey)
    await withSite(place, async ({ accounts }) => {
      expect(await accounts.checkCredentials('anna', 'user1password', aLoginClient())).toMatchObject({ ok: true })
    })
    expect(await importFile('firebase', path, place, '--yes', ...parameters)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Existing: 2 users'),
    })
  })

  test('takes authenticator apps over, whose codes work with the secret of the site', async () => {
    const key = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    const totp = `otpauth://totp/Old:anna?secret=${key}`
    const path = await file('users.jsonl', JSON.stringify({ username: 'anna', totp }))
    const place = await freshPlace('json')
    const rehearsed = await importFile('jsonl', path, place, '--dry-run', '--json')
    expect(JSON.parse(rehearsed.stdout)).toMatchObject({ imported: 1, withApp: 1 })
    const env = { ...settingsFor(place), SESSION_SECRET: secret }
    const { stdout, stderr } = await runCommand(['import', 'jsonl', path, '--yes'], env)
    expect(stdout).toContain('1 with their authenticator app, and without recovery codes until they make some')
    expect(stdout + stderr).not.toContain(key)
    expect((await contentOf(place))?.join('')).not.toContain(key)
    await withSite(place, async ({ twoFactor, accounts, stores, clock }) => {
      const { id = '' } = (await stores.users.findByUsername('anna')) ?? {}
      const user = await accounts.findActive(id)
      if (user === null) throw new Error('Anna is not there.')
      expect(user.factors).toMatchObject({ hasSecondFactor: true, recoveryCodesLeft: 0 })
      const code = codeOn(key, clock())
      expect(await twoFactor.check(user, code, aLoginClient())).toMatchObject({ ok: true })
    })
  })

  test('reports an error in the parameters without repeating them', async () => {
    const place = await freshPlace('sqlite')
    const path = await file('users.json', '{"users":[]}')
    for (const config of ['{"base64_signer_key":"geheim"}', 'algorithm: BCRYPT, base64_signer_key: geheim']) {
      const ending = await importFile('firebase', path, place, '--yes', '--firebase-config', await file('c', config))
      expect(ending).toMatchObject({ code: 2, stderr: expect.stringContaining('--firebase-config') })
      expect(ending.stderr).not.toContain('geheim')
    }
  })

  test.each(kinds)('changes nothing when run again: %s', async (kind) => {
    const place = await freshPlace(kind)
    const path = await file('people.csv', manyPeople(200))
    expect(await importFile('csv', path, place, '--yes')).toMatchObject({ code: 0 })
    const before = await contentOf(place)
    const again = await importFile('csv', path, place, '--yes')
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Imported: 0 users .*\nExisting: 200 users/),
    })
    expect((await rejectedBy(path)).map(({ reason }) => reason)).toEqual(
      Array(200).fill('The username exists already.'),
    )
    expect(await contentOf(place)).toEqual(before)
  })

  test('writes rejected rows with reasons to a private file, without hashes or formulas [V1.2.10]', async () => {
    const place = await freshPlace('sqlite')
    await fill(place, people(1, 'there'))
    const secret = await bcryptHash('x', { cost: 4 })
    const rows = `=cmd(),,${secret}\n"${secret}",,\nx,,y${secret}\nthere-0,,\nalice,,\nbob!,a@b,\n`
    const path = await file('people.csv', `username,email,password_hash\n${rows}`)
    const { code, stdout, stderr } = await importFile('csv', path, place, '--yes')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/Imported: 1 user .*Existing: 1 user,.*Rejected: 4 rows/s),
    })
    expect(stdout).toContain(`${path}.rejected.csv`)
    const text = await readFile(`${path}.rejected.csv`, 'utf8')
    expect(text + stdout + stderr).not.toContain(secret)
    expect((await rejectedBy(path)).map(({ line, username }) => [line, username])).toEqual([
      ['2', "'=cmd()"],
      ['3', ''],
      ['4', 'x'],
      ['5', 'there-0'],
      ['7', 'bob!'],
    ])
    expect((await stat(`${path}.rejected.csv`)).mode & 0o777).toBe(0o600)
    const other = join(await freshDir(), 'other.csv')
    await importFile('csv', path, place, '--yes', '--rejected', other)
    expect(await readFile(other, 'utf8')).toContain('bob')
    expect(await importFile('csv', path, place, '--yes', '--rejected', path)).toMatchObject({ code: 2 })
    expect(await readFile(path, 'utf8')).toContain(secret)
  })

  test.each(['json', 'sqlite', 'postgres'] as const)(
    'predicts the same in a dry run, and changes nothing: %s',
    async (kind) => {
      const place = await freshPlace(kind)
      await fill(place, people(2, 'user'))
      const path = await file('people.csv', manyPeople(5))
      const files = await fingerprint(place.dir)
      const before = await contentOf(place)
      const tried = await importFile('csv', path, place, '--dry-run', '--json')
      expect(await contentOf(place)).toEqual(before)
      // SQLite creates and removes files beside the store for readers.
      if (kind === 'json') expect(await fingerprint(place.dir)).toEqual(files)
      const done = await importFile('csv', path, place, '--yes', '--json')
      expect({ ...JSON.parse(tried.stdout), dryRun: false }).toEqual(JSON.parse(done.stdout))
      expect(JSON.parse(done.stdout)).toMatchObject({ imported: 3, thereAlready: 2, rejected: 0 })
    },
  )

  test('creates no store in a dry run', async () => {
    const place = await freshPlace('json')
    const path = await file('people.csv', manyPeople(2))
    expect(await importFile('csv', path, place, '--dry-run')).toMatchObject({ code: 0 })
    expect(await fingerprint(place.dir)).toEqual([])
  })

  test('refuses a folder that a server uses, except in a dry run', async () => {
    const place = await freshPlace('json')
    await fill(place, people(1))
    const pid = await startHolder(place)
    const path = await file('people.csv', manyPeople(2))
    const refused = await importFile('csv', path, place, '--yes')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`is in use by process ${pid}`) })
    expect(refused.stderr).not.toMatch(/\n\s+at /)
    expect(await importFile('csv', path, place, '--dry-run')).toMatchObject({ code: 0 })
  })

  test('asks for confirmation; without a terminal, requires --yes and says what it would do', async () => {
    const place = await freshPlace('sqlite')
    await fill(place, people(1))
    const before = await contentOf(place)
    const path = await file('people.csv', 'username,role\nalice,admin\nbob,\nx,\n')
    expect(await importFile('csv', path, place)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/2 users will be imported.*1 of them as admins\. 1 row will be rejected.*--yes/),
    })
    expect(await contentOf(place)).toEqual(before)
  })

  test.each([
    ['a quote that does not end, far down', () => `${manyPeople(3_000)}"alice\n`, 'people.csv'],
    ['no known column', () => `alice,${sha256('x')}\n`, 'people.csv'],
  ])('changes nothing for a file with %s', async (_, content, name) => {
    const place = await freshPlace('sqlite')
    await fill(place, people(1))
    const before = await contentOf(place)
    const { code, stdout, stderr } = await importFile('csv', await file(name, content()), place, '--yes')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^The file cannot be imported: .*\n$/)
    expect(stderr).not.toContain(sha256('x'))
    expect(await contentOf(place)).toEqual(before)
  })

  test('exits with 1 when it imported nothing, and 2 on wrong usage', async () => {
    const place = await freshPlace('sqlite')
    const [bad, none] = [await file('a.csv', 'username\nx\ny\n'), await file('b.csv', 'username\n')]
    for (const path of [bad, none]) expect(await importFile('csv', path, place, '--yes')).toMatchObject({ code: 1 })
    const missing = await importFile('csv', '/nowhere/people.csv', place, '--yes')
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('/nowhere/people.csv cannot be read') })
    expect(missing.stderr).not.toMatch(/\n\s+at /)
    expect(await importFile('xml', bad, place)).toMatchObject({ code: 2 })
  })

  test('uses the store of the settings by default, and records the import in the audit trail', async () => {
    const place = await freshPlace('json')
    await fill(place, [{ kind: 'user', record: aUser({ username: 'there' }) }])
    const path = await file('people.csv', manyPeople(3))
    expect(await runCommand(['import', 'csv', path, '--yes'], settingsFor(place))).toMatchObject({ code: 0 })
    await withStores(place, async ({ users, audit }) => {
      expect(await users.findByUsername('user-2')).toMatchObject({ email: 'u2@example.org' })
      const query = { event: null, outcome: null, personId: null, since: null, until: null, before: null, limit: 5 }
      expect(await audit.list(query)).toMatchObject([{ event: 'people.imported', detail: '{"count":3}' }])
    })
  })
})

describe('an import of 10,000 people', () => {
  test.each<Kind>(['json', 'sqlite', 'postgres'])('shows progress, and imports all users: %s', async (kind) => {
    const place = await freshPlace(kind)
    const path = await file('people.csv', manyPeople(10_000))
    const { code, stdout, stderr } = await importFile('csv', path, place, '--yes')
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Imported: 10,000 users into') })
    expect(stderr).toContain('Reading: 10,000 records\n')
    expect(stderr).toContain('Importing: 10,000 records\n')
    await withStores(place, async ({ users }) => {
      expect(await users.count({ search: '', role: null, state: null })).toBe(10_000)
    })
  })

  test('keeps the imported users when interrupted, says so, and can be run again', async () => {
    const place = await freshPlace('postgres')
    const path = await file('people.csv', manyPeople(12_000))
    const running = startCommand(['import', 'csv', path, '--url', place.url, '--yes'])
    await running.says('Importing: 10,000 records')
    running.child.kill('SIGINT')
    const { code, stderr } = await running.ended
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/Interrupted\. At least .* Run the command again/),
    })
    const { length } = (await contentOf(place)) ?? []
    expect(length).toBeGreaterThanOrEqual(9_000)
    expect(length).toBeLessThan(12_000)
    expect(await importFile('csv', path, place, '--yes')).toMatchObject({ code: 0 })
    await withStores(place, async ({ users }) => {
      expect(await users.count({ search: '', role: null, state: null })).toBe(12_000)
    })
  })
})
