import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openTotpKey, sealTotpKey } from '../auth/totp-key.ts'
import { aLoginClient } from '../services-for-test.ts'
import { aPasskey, aProfile, aToken, aUser, sampleOf } from '../stores/contract/samples.ts'
import { runCommand, startCommand } from './command-for-test.ts'
import {
  blockUserInserts,
  contentOf,
  fill,
  fingerprint,
  freshDir,
  freshPlace,
  inDatabase,
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

const pairs = kinds.flatMap((from) => kinds.map((to) => [from, to] as const))

function migrate(from: Place, to: Place, ...more: string[]) {
  return runCommand(['store', 'migrate', '--from', from.url, '--to', to.url, ...more])
}

describe('store migrate', () => {
  test.each(pairs)('from %s to %s copies all records, and leaves the source unchanged', async (fromKind, toKind) => {
    const [from, to] = [await freshPlace(fromKind), await freshPlace(toKind)]
    const { id, ...cookies } = await withSite(from, async ({ accounts, sessions, stores }) => {
      const alice = await accounts.signUp({ username: 'alice', password: 'three blind mice run' })
      if (!alice.ok) throw new Error('Nobody signed up.')
      const { id } = alice.value
      await stores.users.update(id, { profile: aProfile({ fullName: 'Žofie 🦊', bio: 'one\ntwo', age: 30 }) })
      await stores.users.changeEmail(id, { email: 'alice@example.org', emailVerifiedAt: 5 })
      await stores.users.changeStanding(id, { role: 'admin' })
      const totp = { sealed: await sealTotpKey('JBSWY3DPEHPK3PXP', id, [secret]), createdAt: 1 }
      const recoveryCodes = [{ beginning: 'ab', hash: '$argon2id$' }]
      await stores.users.update(id, { totp, recoveryCodes, passkeys: [aPasskey({ name: 'Zoë’s phone' })] })
      await stores.credentialUses.advance({ id: `totp ${id}`, userId: id, mark: 58_000_000, usedAt: 2 })
      await stores.collections.rememberedBrowser.put(sampleOf('rememberedBrowser', 1))
      await stores.users.insert(aUser({ username: 'bob', status: 'suspended' }))
      await stores.tokens.put(aToken({ subject: id }))
      const [live, ended] = [(await sessions.start(id)).token, (await sessions.start(id)).token]
      await sessions.end(ended, 'password-changed')
      return { live, ended, id }
    })
    const [before, files] = [await contentOf(from), await fingerprint(from.dir)]

    const { code, stdout, stderr } = await migrate(from, to)
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Verifying') })
    expect(stdout).toContain('Copied and verified: 2 users, 1 session, 1 ended session and 1 token.')

    expect(await fingerprint(from.dir)).toEqual(files)
    expect(await contentOf(from)).toEqual(before)
    expect(await contentOf(to)).toEqual(before)
    await withSite(to, async ({ accounts, sessions, stores }) => {
      const loggedIn = await accounts.checkCredentials('alice', 'three blind mice run', aLoginClient())
      expect(loggedIn).toMatchObject({ ok: true, value: { role: 'admin', profile: { fullName: 'Žofie 🦊' } } })
      expect(await sessions.check(cookies.live)).toMatchObject({ live: true })
      expect(await sessions.touch(cookies.live)).toMatchObject({ live: true })
      expect(await sessions.check(cookies.ended)).toEqual({ live: false, reason: 'password-changed' })
      expect(await stores.users.findByUsername('bob')).toEqual(aUser({ username: 'bob', status: 'suspended' }))
      expect(await stores.tokens.take('token-1', 'reset-password', 2_000)).toMatchObject({ id: 'token-1' })
      // The key still opens, and a used code stays used.
      const { totp } = (await stores.users.find(id)) ?? { totp: null }
      expect(await openTotpKey(totp?.sealed ?? '', id, [secret])).toBe('JBSWY3DPEHPK3PXP')
      const use = { id: `totp ${id}`, userId: id, usedAt: 3 } as const
      expect(await stores.credentialUses.advance({ ...use, mark: 58_000_000 })).toBe(false)
      expect(await stores.credentialUses.advance({ ...use, mark: 58_000_001 })).toBe(true)
    })
  })

  test('uses the store of the settings as the default source, and prints the settings for the target', async () => {
    const [from, to] = [await freshPlace('json'), await freshPlace('sqlite')]
    await fill(from, people(1))
    const settings = { ...settingsFor(from), SESSION_SECRET: secret }
    const { code, stdout } = await runCommand(['store', 'migrate', '--to', to.url], settings)
    expect(code).toBe(0)
    expect(stdout).toContain(`Set DATABASE_URL=${to.url}\n`)
    expect(stdout).toContain('Leave SESSION_SECRET as it is')
    expect(stdout).not.toContain(secret)
    expect(await contentOf(to)).toEqual(await contentOf(from))
  })

  test('prints a database URL without its password', async () => {
    const [from, to] = [await freshPlace('json'), await freshPlace('postgres')]
    await fill(from, people(1))
    const { password, host, pathname } = new URL(to.url)
    const { code, stdout, stderr } = await runCommand(['store', 'migrate', '--to', to.url], settingsFor(from))
    expect(code).toBe(0)
    expect(stdout).toContain(`Set DATABASE_URL=postgres://gatehouse@${host}${pathname} with its password.\n`)
    expect(stdout + stderr).not.toContain(password)
  })

  test('says where the generated secret is', async () => {
    const from = await freshPlace('json')
    await fill(from, people(1))
    const dir = settingsFor(from).DATA_DIR ?? ''
    await writeFile(join(dir, 'secret'), `${secret}\n`, { mode: 0o600 })
    const said = async (kind: Kind) => {
      const to = await freshPlace(kind)
      const { code, stdout } = await runCommand(['store', 'migrate', '--to', to.url], settingsFor(from))
      expect(code).toBe(0)
      expect(stdout).not.toContain(secret)
      return { stdout, to }
    }
    expect((await said('sqlite')).stdout).toContain(`Leave ${join(dir, 'secret')} where it is`)
    const { stdout, to } = await said('json')
    expect(stdout).toContain(`Copy ${join(dir, 'secret')} to ${join(settingsFor(to).DATA_DIR ?? '', 'secret')}`)
  })

  test.each(kinds)('changes nothing when run again: %s', async (kind) => {
    const [from, to] = [await freshPlace('json'), await freshPlace(kind)]
    await fill(from, people(3))
    expect((await migrate(from, to)).code).toBe(0)
    const again = await migrate(from, to)
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('already holds the same records') })
    expect(again.stdout).toContain('Configure the server to use it')
  })

  test('replaces other users only with --replace', async () => {
    const [from, to] = [await freshPlace('json'), await freshPlace('sqlite')]
    await fill(from, people(3))
    await fill(to, people(2, 'other'))
    const before = await contentOf(to)

    expect(await migrate(from, to)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/holds 2 users, 0 sessions, 0 ended .* differ from the source\..*--replace/),
    })
    expect(await migrate(from, to, '--replace')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect(await migrate(from, to, '--yes')).toMatchObject({ code: 1 })
    expect(await contentOf(to)).toEqual(before)

    expect(await migrate(from, to, '--replace', '--yes')).toMatchObject({ code: 0 })
    expect(await contentOf(to)).toEqual(await contentOf(from))
  })

  test('refuses the same store as source and target, under any name', async () => {
    const [json, sqlite, postgres] = await Promise.all(kinds.map(freshPlace))
    if (!json || !sqlite || !postgres) throw new Error('Three kinds were asked for.')
    await fill(json, people(1))
    await fill(sqlite, people(1))
    const link = join(await freshDir(), 'link')
    await symlink(settingsFor(json).DATA_DIR ?? '', link)
    const otherUser = new URL(postgres.url)
    otherUser.username = 'somebody'
    otherUser.searchParams.set('application_name', 'gatehouse')
    for (const [from, to] of [
      [json.url, json.url],
      [json.url, `json:${link}`],
      [sqlite.url, sqlite.url],
      [postgres.url, otherUser.href],
    ] as const) {
      const ending = await runCommand(['store', 'migrate', '--from', from, '--to', to])
      expect(ending).toMatchObject({ code: 2, stderr: expect.stringContaining('name the same store') })
    }
  })

  test('refuses a folder that a server uses, and says what to do', async () => {
    const [from, to] = [await freshPlace('json'), await freshPlace('json')]
    for (const place of [from, to]) await fill(place, people(1))
    const pid = await startHolder(from)
    const files = await fingerprint(from.dir)
    const { code, stderr } = await migrate(from, to)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`in use by process ${pid} .*Stop that server first`)),
    })
    expect(await fingerprint(from.dir)).toEqual(files)
    // In the other direction the folder's lock refuses.
    const back = await migrate(to, from)
    expect(back).toMatchObject({ code: 1, stderr: expect.stringContaining(`is in use by process ${pid}`) })
  })

  test.each([
    ['nothing at all', []],
    ['no scheme', ['--to', '/srv/site.db']],
    ['an unknown scheme', ['--to', 'mysql://u:geheim@h/d']],
    ['an address that is none', ['--to', 'postgres://u:geheim@h:port/d']],
    ['a wrong source', ['--from', 'postgres:u:geheim@h', '--to', 'json:/nowhere']],
    ['an unknown option', ['--to', 'json:/nowhere', '--ot=postgres://u:geheim@h/d']],
    ['an argument too many', ['--to', 'json:/nowhere', 'postgres://u:geheim@h/d']],
  ])('given %s, says what is allowed and never repeats a password', async (_, args) => {
    const { code, stdout, stderr } = await runCommand(['store', 'migrate', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^error: /)
    expect(stderr).not.toContain('geheim')
  })

  test('reports an unreachable store in one sentence', async () => {
    const [from, nowhere] = [await freshPlace('json'), await freshPlace('json')]
    await fill(from, people(1))
    const closed = 'postgres://somebody:geheim@127.0.0.1:1/site'
    const toClosed = await runCommand(['store', 'migrate', '--from', from.url, '--to', closed])
    expect(toClosed).toMatchObject({ code: 1, stderr: expect.stringContaining('database site at 127.0.0.1:1') })
    expect(toClosed.stderr).not.toMatch(/geheim|\n\s+at /)
    const fromNothing = await migrate(nowhere, from, '--replace', '--yes')
    expect(fromNothing).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no store in') })
    expect(fromNothing.stderr).not.toMatch(/\n\s+at /)
    expect(await fingerprint(nowhere.dir)).toEqual([])
  })

  test('refuses a folder of the Streamlit application as source and as target', async () => {
    const [streamlit, from] = [await freshPlace('json'), await freshPlace('json')]
    await fill(streamlit, [])
    await fill(from, people(1))
    const dir = settingsFor(streamlit).DATA_DIR ?? ''
    await writeFile(join(dir, 'users.json'), '{"alice":{"password":"x","profile":{}}}', { mode: 0o600 })
    const files = await contents(dir)
    expect(await migrate(streamlit, from, '--replace', '--yes')).toMatchObject({ code: 1 })
    const ending = await migrate(from, streamlit, '--replace', '--yes')
    expect(ending).toMatchObject({ code: 1, stderr: expect.stringContaining('Streamlit') })
    expect(await contents(dir)).toEqual(files)
  })

  /** Without the lock file, into which each opener writes its name. */
  async function contents(dir: string): Promise<string[]> {
    return (await fingerprint(dir)).filter((line) => !line.startsWith(join(dir, 'lock')))
  }

  test('detects a change of the source during the copy', async () => {
    const [from, to] = [await freshPlace('sqlite'), await freshPlace('postgres')]
    await fill(from, people(3))
    const block = await blockUserInserts(to)
    const running = startCommand(['store', 'migrate', '--from', from.url, '--to', to.url])
    await block.reached()
    await withStores(from, ({ users }) => users.insert(aUser({ username: 'late' })))
    await block.release()
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/The source changed .* 4 users.* 3 users.* --replace\./),
    })
    expect(await migrate(from, to, '--replace', '--yes')).toMatchObject({ code: 0 })
    expect(await contentOf(to)).toEqual(await contentOf(from))
  })

  test('detects a target that differs from the copy', async () => {
    const [from, to] = [await freshPlace('json'), await freshPlace('sqlite')]
    await fill(from, people(2))
    await fill(to, [])
    const raw = new SqliteDatabase(to.url.replace('sqlite:', ''))
    onTestFinished(() => {
      raw.close()
    })
    raw.exec("CREATE TRIGGER spoil AFTER INSERT ON users BEGIN UPDATE users SET bio = 'spoilt' WHERE id = new.id; END")
    const { code, stderr } = await migrate(from, to)
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('The target differs from the copy') })
  })

  test('refuses inconsistent records', async () => {
    const [from, to] = [await freshPlace('postgres'), await freshPlace('json')]
    await fill(from, people(2))
    await fill(to, people(1, 'other'))
    const before = await contentOf(to)
    await inDatabase(
      from.url,
      'ALTER TABLE users DROP CONSTRAINT users_username_key',
      "UPDATE users SET username = 'a'",
    )
    expect(await migrate(from, to, '--replace', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be copied\. The users .* have the same username\.\n$/),
    })
    expect(await contentOf(to)).toEqual(before)
  })
})

describe('store migrate, interrupted', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s, leaves the target unchanged and says so', async (signal) => {
    const [from, to] = [await freshPlace('json'), await freshPlace('postgres')]
    // More rows than one statement takes, so that the command is still reading when it notices the signal.
    await fill(from, people(2_000))
    await fill(to, people(2, 'other'))
    const before = await contentOf(to)
    const block = await blockUserInserts(to)
    const running = startCommand(['store', 'migrate', '--from', from.url, '--to', to.url, '--replace', '--yes'])
    await block.reached()
    running.child.kill(signal)
    await block.release()
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Interrupted\. PostgreSQL .* is unchanged\. Run the command again\.\n$/),
    })
    expect(await contentOf(to)).toEqual(before)
  })

  test.each(kinds)(
    'by a kill at any moment, leaves the old or the new content, and can be run again: %s',
    async (kind) => {
      const [from, to] = [await freshPlace('json'), await freshPlace(kind)]
      await fill(from, people(2_000))
      await fill(to, people(2, 'other'))
      const [wanted, before] = [await contentOf(from), await contentOf(to)]
      const command = ['store', 'migrate', '--from', from.url, '--to', to.url, '--replace', '--yes']
      const began = performance.now()
      expect((await runCommand(command)).code).toBe(0)
      let killAfterMs = performance.now() - began

      const outcomes = { before: 0, after: 0 }
      // From the end of the timed run towards the start, and on until a kill has come before the end, whatever the machine's pace.
      for (let run = 0; run < 7 || outcomes.before === 0; run += 1) {
        killAfterMs *= 0.8
        await fill(to, people(2, 'other'))
        const running = startCommand(command)
        const killer = setTimeout(() => running.child.kill('SIGKILL'), killAfterMs)
        await running.ended
        clearTimeout(killer)
        const found = await contentOf(to)
        if (found?.length === 2) expect(found).toEqual(before)
        else expect(found).toEqual(wanted)
        outcomes[found?.length === 2 ? 'before' : 'after']++
      }
      expect(outcomes.before).toBeGreaterThan(0)

      expect(await runCommand(command)).toMatchObject({ code: 0 })
      expect(await contentOf(to)).toEqual(wanted)
      expect(await contentOf(from)).toEqual(wanted)
      expect((await fingerprint(to.dir)).filter((line) => line.includes('.tmp'))).toEqual([])
    },
  )
})
