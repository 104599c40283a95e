import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anything } from '../core/audit/audit.ts'
import { aPasskey, aSession, aToken, aUser, sampleOf } from '../stores/contract/samples.ts'
import type { StoredRecord } from '../stores/types.ts'
import { runCommand, startCommand } from './command-for-test.ts'
import {
  blockUserInserts,
  contentOf,
  fill,
  fingerprint,
  freshDir,
  freshPlace,
  inDatabase,
  kinds,
  lockAwaited,
  type Place,
  people,
  settingsFor,
  startHolder,
  withSite,
} from './places-for-test.ts'

const alice: StoredRecord = { kind: 'user', record: aUser({ profile: { fullName: 'Žofie 🦊', bio: 'a\nb', age: 3 } }) }
const rest: StoredRecord[] = [
  { kind: 'session', record: aSession() },
  { kind: 'ended', record: { id: 'session-2', reason: 'idle', at: 3_000 } },
  { kind: 'token', record: aToken() },
]

const backUp = (place: Place, file: string, ...more: string[]) =>
  runCommand(['store', 'backup', file, '--url', place.url, ...more])
const restore = (place: Place, file: string, ...more: string[]) =>
  runCommand(['store', 'restore', file, '--url', place.url, ...more])
const freshFile = async () => join(await freshDir(), 'people.jsonl')

describe('store backup', () => {
  test.each(kinds)('writes only users, to a private file, and leaves the store unchanged: %s', async (kind) => {
    const [place, file] = [await freshPlace(kind), await freshFile()]
    await fill(place, [alice, ...rest])
    const files = await fingerprint(place.dir)
    const { code, stdout, stderr } = await backUp(place, file)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Backed up 1 user of .* to /)
    const [header = '', line, last, end] = (await readFile(file, 'utf8')).split('\n')
    expect(JSON.parse(header)).toMatchObject({ format: 'gatehouse-backup', version: 5 })
    expect(line).toBe(JSON.stringify(alice))
    expect(last).toMatch(/^\{"users":1,"sha256":"[0-9a-f]{64}"\}$/)
    expect(end).toBe('')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await fingerprint(place.dir)).toEqual(files)
  })

  test('works while a server uses the folder', async () => {
    const [place, file] = [await freshPlace('json'), await freshFile()]
    await fill(place, [alice])
    await startHolder(place)
    expect(await runCommand(['store', 'backup', file], settingsFor(place))).toMatchObject({ code: 0 })
    expect(await readFile(file, 'utf8')).toContain(JSON.stringify(alice))
  })

  test('replaces a file only with --replace', async () => {
    const [place, file] = [await freshPlace('json'), await freshFile()]
    await fill(place, [alice])
    await writeFile(file, 'of yesterday')
    expect(await backUp(place, file)).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') })
    expect(await readFile(file, 'utf8')).toBe('of yesterday')
    expect(await backUp(place, file, '--replace')).toMatchObject({ code: 0 })
    expect(await readFile(file, 'utf8')).toContain(JSON.stringify(alice))
    expect(await readdir(join(file, '..'))).toEqual(['people.jsonl'])
  })

  test('writes only the back-up to standard output', async () => {
    const [place, file] = [await freshPlace('sqlite'), await freshFile()]
    await fill(place, [alice])
    const { code, stdout } = await backUp(place, '-')
    expect(code).toBe(0)
    await writeFile(file, stdout)
    expect(await restore(await freshPlace('json'), file)).toMatchObject({ code: 0 })
  })

  test('reports a reader that closes standard output early', async () => {
    const place = await freshPlace('sqlite')
    await fill(place, people(1_000))
    const running = startCommand(['store', 'backup', '-', '--url', place.url])
    running.child.stdout?.destroy()
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Standard output cannot be written: .*EPIPE.*\n$/),
    })
  })

  test('leaves no file when the store is damaged or the path is not writable', async () => {
    const [place, file] = [await freshPlace('json'), await freshFile()]
    await fill(place, [alice])
    const nowhere = join(file, '../missing/people.jsonl')
    expect(await backUp(place, nowhere)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^.*missing\/people\.jsonl cannot be written: ENOENT.*\n$/),
    })
    await writeFile(join(settingsFor(place).DATA_DIR ?? '', 'users.json'), '{"version":1,"users":')
    expect(await backUp(place, file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^.*users\.json cannot be used: .*\n$/),
    })
    expect(await readdir(join(file, '..'))).toEqual([])
  })
})

describe('store backup, interrupted', () => {
  test('leaves no file or part of one', async () => {
    const [place, file] = [await freshPlace('postgres'), await freshFile()]
    // Large enough that the command is still writing when it notices the signal.
    await fill(place, people(20_000))
    const holding = await inDatabase(place.url, 'BEGIN', 'LOCK TABLE users')
    const running = startCommand(['store', 'backup', file, '--url', place.url])
    // A new connection each time: within a transaction PostgreSQL keeps showing the first snapshot.
    await lockAwaited(await inDatabase(place.url))
    running.child.kill('SIGINT')
    await holding.query('ROLLBACK')
    expect(await running.ended).toMatchObject({ code: 1, stderr: 'Interrupted. No back-up was created.\n' })
    expect(await readdir(join(file, '..'))).toEqual([])
  })
})

describe('store restore', () => {
  test.each([
    ['json', 'sqlite'],
    ['sqlite', 'postgres'],
    ['postgres', 'json'],
  ] as const)('brings the people of %s back, into %s', async (fromKind, toKind) => {
    const [from, to, file] = [await freshPlace(fromKind), await freshPlace(toKind), await freshFile()]
    await fill(from, [alice, ...people(3), ...rest])
    expect(await backUp(from, file)).toMatchObject({ code: 0 })
    const { code, stdout } = await restore(to, file)
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^Restored 4 users .*\nAll sessions have ended .* all users have to log in again\.\n$/,
      ),
    })
    expect(await peopleOf(to)).toEqual([alice, ...people(3)].map((record) => JSON.stringify(record)).toSorted())
  })

  test('keeps the store’s audit trail or takes the back-up’s, and adds an entry', async () => {
    const [from, empty, used, file] = [
      await freshPlace('json'),
      await freshPlace('sqlite'),
      await freshPlace('json'),
      await freshFile(),
    ]
    await fill(from, [alice])
    await withSite(from, ({ audit }) => audit.record({ event: 'account.created', actorId: 'before' }))
    await withSite(used, ({ audit }) => audit.record({ event: 'account.created', actorId: 'after' }))
    await backUp(from, file)
    for (const [place, first] of [
      [empty, 'before'],
      [used, 'after'],
    ] as const) {
      expect(await restore(place, file, '--yes')).toMatchObject({ code: 0 })
      const trail = await withSite(place, ({ audit }) => audit.list({ ...anything, limit: 9 }))
      expect(trail.map(({ event, actorId }) => `${event} by ${actorId}`)).toEqual([
        'store.restored by operator',
        `account.created by ${first}`,
      ])
      expect(await runCommand(['audit', 'verify', '--url', place.url])).toMatchObject({ code: 0 })
    }
  })

  test.each(kinds)('revives no session, ended or live: %s [T17]', async (kind) => {
    const [place, file] = [await freshPlace(kind), await freshFile()]
    const cookies = await withSite(place, async ({ sessions, stores }) => {
      await stores.users.insert(aUser())
      await stores.tokens.put(aToken({ expiresAt: 9_000 }))
      return { first: (await sessions.start('id-of-alice')).token, second: (await sessions.start('id-of-alice')).token }
    })
    expect(await backUp(place, file)).toMatchObject({ code: 0 })
    await withSite(place, async ({ sessions, stores }) => {
      expect(await sessions.check(cookies.second)).toMatchObject({ live: true })
      await sessions.end(cookies.first, 'signed-out')
      await stores.tokens.take('token-1', 'reset-password', 5_000)
    })
    expect(await restore(place, file, '--yes')).toMatchObject({ code: 0 })
    await withSite(place, async ({ sessions, stores }) => {
      for (const token of Object.values(cookies)) {
        expect(await sessions.check(token)).toEqual({ live: false, reason: null })
        expect(await sessions.touch(token)).toEqual({ live: false, reason: null })
      }
      expect(await stores.tokens.take('token-1', 'reset-password', 5_000)).toBeNull()
      const again = await sessions.start('id-of-alice')
      expect(await sessions.check(again.token)).toMatchObject({ live: true })
    })
  })

  test('brings second factors back with their last use, so that no used code works again, and no remembered browser [V6.5.1]', async () => {
    const [place, file] = [await freshPlace('sqlite'), await freshFile()]
    const totp = { sealed: 'sealed', createdAt: 1 }
    const use = { id: 'totp id-of-alice', userId: 'id-of-alice', usedAt: 2 } as const
    await withSite(place, async ({ stores }) => {
      await stores.users.insert(aUser({ totp, passkeys: [aPasskey()] }))
      await stores.credentialUses.advance({ ...use, mark: 58_000_000 })
      await stores.collections.rememberedBrowser.put(sampleOf('rememberedBrowser', 1))
    })
    expect(await backUp(place, file)).toMatchObject({ code: 0 })
    expect(await restore(place, file, '--yes')).toMatchObject({ code: 0 })
    await withSite(place, async ({ stores }) => {
      expect(await stores.users.find('id-of-alice')).toMatchObject({ totp, passkeys: [aPasskey()] })
      expect(await stores.credentialUses.advance({ ...use, mark: 58_000_000 })).toBe(false)
      expect(await stores.collections.rememberedBrowser.list({}, 9)).toEqual([])
    })
  })

  test('asks before replacing users, and treats silence as a no', async () => {
    const [from, to, file] = [await freshPlace('json'), await freshPlace('sqlite'), await freshFile()]
    await fill(from, [alice])
    await fill(to, people(2))
    const before = await contentOf(to)
    await backUp(from, file)
    expect(await restore(to, file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/holds 2 users, .*--yes/),
    })
    expect(await contentOf(to)).toEqual(before)
    expect(await restore(to, file, '--yes')).toMatchObject({ code: 0 })
    expect(await peopleOf(to)).toEqual([JSON.stringify(alice)])
  })

  test('verifies the whole file before it changes the store', async () => {
    const [place, file] = [await freshPlace('json'), await freshFile()]
    await fill(place, people(3))
    await backUp(place, file)
    const [files, whole] = [await fingerprint(place.dir), await readFile(file, 'utf8')]
    const lines = whole.split('\n')
    const wrong = [
      lines.slice(0, 1).join('\n'),
      `${lines.slice(0, 2).join('\n')}\n`,
      `${lines.slice(0, -2).join('\n')}\n`,
      whole.slice(0, -1),
      whole.replace('Curiouser', 'Spoilt'),
      '',
    ]
    for (const text of wrong) {
      await writeFile(file, text)
      expect(await restore(place, file, '--yes')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^.*people\.jsonl cannot be restored: .*\n$/),
      })
    }
    expect(await restore(place, `${file}.missing`, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^.*people\.jsonl\.missing cannot be read: .*\n$/),
    })
    expect(await fingerprint(place.dir)).toEqual(files)
  })

  test('fails while a server uses the folder', async () => {
    const [place, file] = [await freshPlace('json'), await freshFile()]
    await fill(place, people(2))
    await backUp(place, file)
    const pid = await startHolder(place)
    expect(await restore(place, file, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`is in use by process ${pid}`),
    })
  })

  test('leaves the store unchanged when interrupted', async () => {
    const [from, to, file] = [await freshPlace('json'), await freshPlace('postgres'), await freshFile()]
    // More rows than one statement takes, so that the command is still reading when it notices the signal.
    await fill(from, people(2_000))
    await fill(to, [alice, ...rest])
    const before = await contentOf(to)
    await backUp(from, file)
    const block = await blockUserInserts(to)
    const running = startCommand(['store', 'restore', file, '--url', to.url, '--yes'])
    await block.reached()
    running.child.kill('SIGINT')
    await block.release()
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\nInterrupted\. PostgreSQL .* is unchanged\.\n$/),
    })
    expect(await contentOf(to)).toEqual(before)
  })

  test('warns to stop the servers of a database', async () => {
    const [place, file] = [await freshPlace('sqlite'), await freshFile()]
    await fill(place, people(2))
    await backUp(place, file)
    const { stderr } = await restore(place, file, '--yes')
    expect(stderr).toContain('Stop every server that uses the store first.')
  })
})

describe('store', () => {
  test('finishes even if nobody reads its output', async () => {
    const [from, to] = [await freshPlace('json'), await freshPlace('sqlite')]
    await fill(from, people(2))
    const running = startCommand(['store', 'migrate', '--from', from.url, '--to', to.url])
    running.child.stdout?.destroy()
    expect(await running.ended).toMatchObject({ code: 0, stderr: 'Verifying\n' })
    expect(await contentOf(to)).toEqual(await contentOf(from))
  })

  test.each(['', 'backup', 'restore', 'check', 'migrate'])('has help with an example: %s', async (name) => {
    const { code, stdout, stderr } = await runCommand(['store', ...(name === '' ? [] : [name]), '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/\nExamples?:\n {2}npm run cli -- store /)
  })

  test.each([
    ['backup', ['backup']],
    ['restore', ['restore']],
    ['a place', ['check', '--url', 'nowhere']],
    ['a command', []],
    ['a known command', ['remove']],
  ])('ends with 2 without %s', async (_, args) => {
    expect(await runCommand(['store', ...args])).toMatchObject({ code: 2, stdout: '' })
  })

  test('reports an invalid setting in one sentence', async () => {
    const { code, stderr } = await runCommand(['store', 'check'], { DATABASE_URL: 'postgres:geheim' })
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^DATABASE_URL must be .*\n$/) })
    expect(stderr).not.toContain('geheim')
  })
})

/** Removes the audit entry of the restore itself. */
async function peopleOf(place: Place): Promise<string[] | undefined> {
  return (await contentOf(place))?.filter((record) => !record.startsWith('{"kind":"audit"'))
}
