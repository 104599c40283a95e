import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aLockout, aPasskey, aSession, aUser } from '../stores/contract/samples.ts'
import type { StoredRecord } from '../stores/types.ts'
import { runCommand, startCommand } from './command-for-test.ts'
import { contentOf, fill, freshPlace, kinds, settingsFor } from './places-for-test.ts'

// Each command starts a process: on a busy machine twenty of them exceed a test's usual timeout.
vi.setConfig({ testTimeout: 300_000 })

async function freshSite() {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const run = (...args: string[]) => runCommand(args, { DATA_DIR: dir })
  const list = async (...args: string[]) => {
    const users: { username: string; role: string; state: string }[] = JSON.parse(
      (await run('user', 'list', '--json', ...args)).stdout,
    )
    return users.map(({ username, role, state }) => `${username} ${role} ${state}`)
  }
  return { dir, run, list }
}

test('creates, shows, changes, suspends, deletes and restores users', async () => {
  const { run, list } = await freshSite()
  const made = await run('user', 'create-admin', 'Ada', '--json')
  expect(made.code).toBe(0)
  expect(JSON.parse(made.stdout)).toMatchObject({
    username: 'ada',
    link: expect.stringMatching(/^http:\/\/localhost:3000\/reset-password\?token=[\w-]{43}$/),
  })
  expect((await run('user', 'create', 'bob', '--role', 'guest', '--email', 'bob@example.org')).code).toBe(0)
  expect(await list()).toEqual(['ada admin active', 'bob guest active'])
  expect(await list('--search', 'EXAMPLE.ORG')).toEqual(['bob guest active'])
  const shown = await run('user', 'show', 'BOB', '--json')
  expect(JSON.parse(shown.stdout)).toMatchObject({ username: 'bob', email: 'bob@example.org', emailVerifiedAt: null })
  expect(shown.stdout).not.toContain('passwordHash')

  for (const args of [
    ['role', 'ada', 'member'],
    ['suspend', 'ada', '--reason', 'none'],
    ['delete', 'ada', '--yes'],
  ]) {
    const refused = await run('user', ...args)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('ada is the only administrator')
  }
  await run('user', 'role', 'bob', 'admin')
  await run('user', 'suspend', 'ada', '--reason', 'none', '--last-day', '2999-12-31')
  expect(await list('--state', 'suspended')).toEqual(['ada admin suspended'])
  expect((await run('user', 'resume', 'ada')).code).toBe(0)
  expect((await run('user', 'delete', 'bob')).code).toBe(2)
  await run('user', 'delete', 'bob', '--yes')
  expect(await list('--state', 'deleted')).toEqual(['bob admin deleted'])
  await run('user', 'restore', 'bob')
  expect(await list()).toEqual(['ada admin active', 'bob admin active'])
  const trail = await run('audit', 'verify', '--json')
  expect(JSON.parse(trail.stdout)).toMatchObject({ entries: 12, faults: [] })
})

test('mails users about the operator’s commands', async () => {
  const { dir, run } = await freshSite()
  await run('user', 'create', 'bob', '--email', 'bob@example.org')
  const users = await readFile(join(dir, 'users.json'), 'utf8')
  const proved = users.replace('"bob@example.org","emailVerifiedAt":null', '"bob@example.org","emailVerifiedAt":1')
  expect(proved).not.toBe(users)
  await writeFile(join(dir, 'users.json'), proved)
  for (const args of [
    ['delete', 'bob', '--yes'],
    ['restore', 'bob'],
    ['reset', 'bob'],
  ]) {
    expect((await run('user', ...args)).code, args.join(' ')).toBe(0)
  }
  const outbox = join(dir, 'outbox')
  const letters = await Promise.all(
    (await readdir(outbox)).map(async (name) => PostalMime.parse(await readFile(join(outbox, name)))),
  )
  expect(letters.map(({ to, subject }) => `${to?.[0]?.address}: ${subject}`).toSorted()).toEqual([
    'bob@example.org: Choose a new password · Gatehouse',
    'bob@example.org: Your account is back · Gatehouse',
    'bob@example.org: Your account was deleted · Gatehouse',
  ])
})

test('lets the last administrator back in who lost all second factors [V6.4.4]', async () => {
  const place = await freshPlace('json')
  const secrets = { sealed: 'a-sealed-key', hash: 'a-code-hash', ...aPasskey() }
  const ada = aUser({
    id: 'ada',
    username: 'ada',
    role: 'admin',
    email: 'ada@example.org',
    emailVerifiedAt: 1,
    totp: { sealed: secrets.sealed, createdAt: 1 },
    recoveryCodes: [{ beginning: 'ab', hash: secrets.hash }],
    passkeys: [aPasskey(), aPasskey({ id: 'another' })],
  })
  await fill(place, [
    { kind: 'user', record: ada },
    { kind: 'session', record: aSession({ userId: 'ada' }) },
  ])
  const run = (...args: string[]) => runCommand(args, settingsFor(place))
  const asked = [
    await run('user', 'list'),
    await run('user', 'show', 'ada'),
    await run('user', 'show', 'ada', '--json'),
  ]
  asked.push(await run('user', 'list', '--json'), await run('export', '-'), await run('export', '-', '--with-hashes'))
  for (const { stdout } of asked) {
    for (const secret of [secrets.sealed, secrets.hash, secrets.publicKey, secrets.id]) {
      expect(stdout).not.toContain(secret)
    }
  }
  expect(asked[0]?.stdout).toMatch(/^ada +admin +active +app, 2 passkeys +ada@example\.org$/m)
  expect(JSON.parse(asked[4]?.stdout ?? '')).toMatchObject({ recoveryCodesLeft: 1, passkeys: [{}, {}] })

  const reset = (...args: string[]) => run('user', 'reset-two-factor', 'ada', ...args)
  expect(await reset()).toMatchObject({ code: 2, stderr: expect.stringContaining('confirm with --yes') })
  const done = await reset('--yes')
  expect(done).toMatchObject({ code: 0, stdout: 'ada has no second factor any more and logs in with the password.\n' })
  const again = await reset('--yes')
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: 'ada has no second factor.\n' })
  const records = (await contentOf(place))?.map((text): StoredRecord => JSON.parse(text)) ?? []
  expect(records.find(({ kind }) => kind === 'user')?.record).toMatchObject({
    ...{ totp: null, recoveryCodes: [], passkeys: [], passwordHash: ada.passwordHash, role: 'admin' },
  })
  expect(records.filter(({ kind }) => kind === 'session')).toEqual([])
  const trail = records.flatMap(({ kind, record }) => (kind === 'audit' ? [record] : []))
  expect(trail.toSorted((one, other) => one.seq - other.seq)).toMatchObject([
    { event: 'two_factor.reset', outcome: 'done', actorId: 'operator', subjectId: 'ada' },
    { event: 'two_factor.reset', outcome: 'refused' },
  ])
  const outbox = join(settingsFor(place).DATA_DIR ?? '', 'outbox')
  const [letter] = await Promise.all(
    (await readdir(outbox)).map(async (name) => PostalMime.parse(await readFile(join(outbox, name)))),
  )
  expect(letter?.subject).toBe('Your second factors were removed · Gatehouse')
})

test('rejects invalid input with the sentence of the web form', async () => {
  const { run } = await freshSite()
  await run('user', 'create', 'bob')
  const suspend = (...args: string[]) => run('user', 'suspend', 'bob', ...args)
  expect(await suspend('--reason', ' ')).toMatchObject({ code: 1, stdout: '', stderr: 'Enter a reason.\n' })
  const past = await suspend('--reason', 'spam', '--last-day', '2020-01-01')
  expect(past).toMatchObject({ code: 1, stdout: '', stderr: 'The last day is in the past.\n' })
})

test('prints a reset link for an administrator', async () => {
  const { run } = await freshSite()
  await run('user', 'create-admin', 'ada')
  const { code, stdout } = await run('user', 'reset', 'ada')
  expect(code).toBe(0)
  expect(stdout).toMatch(/\/reset-password\?token=[\w-]{43}/)
})

test.each(kinds)('unlock clears failed log-ins in a %s store, and adds an audit entry', async (kind) => {
  const place = await freshPlace(kind)
  const ada = aUser({ id: 'ada', username: 'ada' })
  const lockouts = ['new', 'known'].map((browser) =>
    aLockout({ userId: 'ada', about: `password-${browser}`, count: 100 }),
  )
  await fill(place, [
    { kind: 'user', record: ada },
    ...lockouts.map((record) => ({ kind: 'lockout' as const, record })),
  ])
  const run = (...args: string[]) => runCommand(['user', ...args], settingsFor(place))
  const missing = await run('unlock', 'nobody')
  expect(missing).toMatchObject({ code: 1, stdout: '', stderr: 'No user is called "nobody".\n' })
  const locked = JSON.parse((await run('show', 'ada', '--json')).stdout)
  expect(locked.wrongPasswords).toMatchObject({ new: { count: 100 }, known: { count: 100 } })
  const unlocked = await run('unlock', 'Ada', '--json')
  expect(unlocked).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(unlocked.stdout)).toMatchObject({ username: 'ada', wrongPasswords: null })
  const records = (await contentOf(place))?.map((text): StoredRecord => JSON.parse(text)) ?? []
  expect(records.filter(({ kind: of }) => of === 'lockout')).toEqual([])
  expect(records.find(({ kind: of }) => of === 'audit')?.record).toMatchObject({
    event: 'account.unlocked',
    actorId: 'operator',
    subjectId: 'ada',
  })
  expect((await run('unlock', 'ada')).stdout).toBe('ada can try a password again immediately.\n')
})

test.each([
  [['user', 'show', 'nobody'], 1, 'No user is called "nobody"'],
  [['user', 'create', 'a b'], 2, '3 to 32 characters'],
  [['user', 'role', 'ada', 'king'], 2, 'Allowed choices are admin, member, guest'],
  [['user', 'suspend', 'ada'], 2, '--reason'],
  [['user', 'create', 'bob', '--email', 'none'], 2, 'an e-mail address'],
  [['session', 'end'], 2, 'give a username or --all'],
])('%j ends with %i and says why', async (args, code, says) => {
  const { run } = await freshSite()
  await run('user', 'create-admin', 'ada')
  const ending = await run(...args)
  expect(ending.code).toBe(code)
  expect(ending.stderr).toContain(says)
})

test('while a process holds the folder, reading commands work and writing commands name the process', async () => {
  const { dir, run, list } = await freshSite()
  await run('user', 'create-admin', 'ada')
  const { openJsonStores } = await import('../stores/json/open.ts')
  const stores = await openJsonStores({
    dir,
    takeOver: () => {
      throw new Error('There are no Streamlit users.')
    },
    log: { info() {}, warn() {}, error() {} },
  })
  onTestFinished(() => stores.close())
  expect(await list()).toEqual(['ada admin active'])
  expect((await run('audit', 'verify')).code).toBe(0)
  const refused = await run('user', 'role', 'ada', 'guest')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain(`process ${process.pid}`)
})

test('lists, ends and prunes sessions [V7.4.5]', async () => {
  const { dir, run } = await freshSite()
  const made = JSON.parse((await run('user', 'create-admin', 'ada', '--json')).stdout)
  const now = Date.now()
  const session = { userId: made.id, provedAt: now, userAgent: 'curl/8', address: '192.0.2.7' }
  const sessions = {
    ['a'.repeat(64)]: { ...session, createdAt: now, lastActivityAt: now },
    ['b'.repeat(64)]: { ...session, createdAt: 1, lastActivityAt: 1 },
  }
  await writeFile(join(dir, 'sessions.json'), JSON.stringify({ version: 1, sessions, ended: {} }))
  const listed = await run('session', 'list', '--json')
  expect(JSON.parse(listed.stdout)).toMatchObject([{ username: 'ada', address: '192.0.2.7' }])
  expect(listed.stdout).not.toContain('aaaaaaaa')
  expect(JSON.parse((await run('session', 'prune', '--json')).stdout)).toEqual({ pruned: 1 })
  expect(JSON.parse((await run('session', 'end', 'ada', '--json')).stdout)).toEqual({ ended: 1 })
  expect(JSON.parse((await run('session', 'list', '--json')).stdout)).toEqual([])
  await writeFile(join(dir, 'sessions.json'), JSON.stringify({ version: 1, sessions, ended: {} }))
  expect(JSON.parse((await run('session', 'end', '--all', '--json')).stdout)).toEqual({ ended: 2 })
  expect(JSON.parse((await run('session', 'list', '--json')).stdout)).toEqual([])
})

test('audit verify detects five kinds of manipulation, with exit code 1', async () => {
  const { dir, run } = await freshSite()
  await run('user', 'create-admin', 'ada')
  for (const role of ['guest', 'member', 'admin']) await run('user', 'create', `a-${role}`, '--role', role)
  const path = join(dir, 'audit.jsonl')
  const lines = (await readFile(path, 'utf8')).trim().split('\n')
  const head = /Head: (\S+)/.exec((await run('audit', 'verify')).stdout)?.[1] ?? ''
  const [first = '', second = '', third = '', ...rest] = lines
  const broken: [string, string[], string][] = [
    ['one removed', [first, third, ...rest], 'Entry 2 is missing.'],
    ['the last removed', lines.slice(0, -1), `Entry ${lines.length} is missing at the end.`],
    ['one changed', [first, second.replace('"operator"', '"somebody"'), third, ...rest], 'Entry 2 was changed'],
    ['two exchanged', [first, third, second, ...rest], 'comes after'],
    ['the first removed', lines.slice(1), 'begins at entry 2'],
  ]
  for (const [what, left, says] of broken) {
    await writeFile(path, `${left.join('\n')}\n`)
    const ending = await run('audit', 'verify')
    expect(ending.code, what).toBe(1)
    expect(ending.stdout, what).toContain(says)
  }
  await writeFile(path, `${lines.join('\n')}\n`)
  expect((await run('audit', 'verify', '--head', head)).code).toBe(0)
  expect((await run('audit', 'verify', '--head', `2:${'0'.repeat(64)}`)).stdout).toContain(
    'Entry 2 differs from the head',
  )
  expect((await run('audit', 'verify', '--head', 'x')).code).toBe(2)
})

test('exports users without hashes by default, in a format that import accepts', async () => {
  const { dir, run } = await freshSite()
  await run('user', 'create', 'bob', '--role', 'guest')
  const file = join(dir, 'people.jsonl')
  expect((await run('export', file)).code).toBe(0)
  expect(await readFile(file, 'utf8')).not.toContain('passwordHash')
  expect((await run('export', file)).stderr).toContain('exists')
  const other = await freshSite()
  const imported = await other.run('import', 'jsonl', file, '--yes')
  expect(imported.code).toBe(0)
  expect(await other.list()).toEqual(['bob guest active'])
})

test('export succeeds when its reader closes the pipe early', async () => {
  const { run, dir } = await freshSite()
  await run('user', 'create', 'bob')
  const { child, ended } = startCommand(['export', '-'], { DATA_DIR: dir })
  child.stdout?.destroy()
  expect((await ended).code).toBe(0)
})
