import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdir, readdir, rename, rmdir } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { aSession, aToken, aUser, everybody } from '#lib/stores/contract/samples.ts'
import type { Stores } from '#lib/stores/types.ts'

import { CommitQueue } from './commit-queue.ts'
import { freshFolder, never, openFolder, type TestFolder } from './folder-for-test.ts'

const always = { activeAfter: 0, createdAfter: 0, latest: 1_000_000, recentAfter: 1_000_000 }
const notSaved = { code: 'store_unavailable' }

describe('when users.json cannot be written', () => {
  it('rejects a sign-up, drops it, and accepts it when the disk recovers', async () => {
    const folder = await freshFolder()
    const { users } = await folder.open()
    await block(folder, 'users.json')
    await expect(users.insert(aUser())).rejects.toMatchObject({
      ...notSaved,
      message: expect.stringContaining(folder.path('users.json')),
      cause: { code: 'EISDIR' },
    })
    expect(await users.find('id-of-alice')).toBeNull()
    expect(await users.findByUsername('alice')).toBeNull()

    await unblock(folder, 'users.json')
    expect(await users.insert(aUser())).toBe('inserted')
    expect(Object.keys(JSON.parse(await folder.read('users.json')).users)).toEqual(['id-of-alice'])
  })

  it('rejects a change and returns to what is on disk', async () => {
    const folder = await freshFolder()
    const { users } = await folder.open()
    await users.insert(aUser())
    await block(folder, 'users.json')
    await expect(users.changeStanding('id-of-alice', { role: 'admin' })).rejects.toMatchObject(notSaved)
    expect(await users.find('id-of-alice')).toEqual(aUser())
    await unblock(folder, 'users.json')
    expect(await users.changeEmail('id-of-alice', { email: 'a@example.org' })).toEqual(
      aUser({ email: 'a@example.org' }),
    )
  })

  it('rolls back everything in the shared commit, even dependent changes [V2.3.3]', async () => {
    const folder = await freshFolder()
    const { users } = await folder.open()
    await users.insert(aUser())
    await block(folder, 'users.json')
    const outcomes = await Promise.allSettled([
      users.changeStanding('id-of-alice', { role: 'admin' }),
      users.changeStanding('id-of-alice', { role: 'guest' }, { role: 'admin' }),
      users.insert(aUser({ username: 'bob' })),
      users.changeStanding('id-of-bob', { role: 'admin' }),
      users.insert(aUser({ id: 'late', username: 'bob' })),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).size).toBe(1)
    await unblock(folder, 'users.json')
    expect(await users.find('id-of-alice')).toEqual(aUser())
    expect(await users.insert(aUser({ id: 'late', username: 'bob' }))).toBe('inserted')
  })

  it('recounts the admins after a demotion that was not saved', async () => {
    const folder = await freshFolder()
    const { users } = await folder.open()
    for (const username of ['alice', 'bob']) await users.insert(aUser({ username, role: 'admin' }))
    await block(folder, 'users.json')
    await expect(users.changeStanding('id-of-alice', { role: 'member' })).rejects.toMatchObject(notSaved)
    await unblock(folder, 'users.json')
    expect(await users.changeStanding('id-of-bob', { status: 'suspended' })).toMatchObject({ status: 'suspended' })
    expect(await users.changeStanding('id-of-alice', { role: 'member' })).toBe('last_admin')
  })

  it('shows only what is on disk', async () => {
    const folder = await freshFolder()
    const { users } = await folder.open()
    await users.insert(aUser())
    await block(folder, 'users.json')
    let isOver = false
    const outcome = Promise.allSettled([
      users.insert(aUser({ username: 'bob' })),
      users.changeStanding('id-of-alice', { role: 'admin' }),
    ]).finally(() => {
      isOver = true
    })
    while (!isOver) {
      expect(await users.findByUsername('bob')).toBeNull()
      expect(await users.find('id-of-alice')).toEqual(aUser())
      expect(await users.list({ ...everybody, limit: 9 })).toEqual([aUser()])
      await nextTurn()
    }
    await outcome
  })

  it('leaves no temporary file and logs the start and the end of the failure once', async () => {
    const folder = await freshFolder()
    const { users } = await folder.open()
    await block(folder, 'users.json')
    for (let n = 0; n < 3; n++) await expect(users.insert(aUser())).rejects.toMatchObject(notSaved)
    expect((await readdir(folder.dir)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    await unblock(folder, 'users.json')
    for (const username of ['alice', 'bob']) await users.insert(aUser({ username }))
    expect(folder.log.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      expect.stringMatching(/^error: users\.json cannot be written \(EISDIR/),
      expect.stringMatching(/^info: users\.json can be written again/),
    ])
  })

  it('keeps sessions working, which are in another file', async () => {
    const folder = await freshFolder()
    const { sessions } = await openWithAlice(folder)
    await block(folder, 'users.json')
    await sessions.insert(aSession())
    expect(await sessions.find('session-1')).toEqual(aSession())
  })
})

describe('when sessions.json cannot be written', () => {
  it('rejects a new session and drops it', async () => {
    const folder = await freshFolder()
    const { sessions } = await openWithAlice(folder)
    await block(folder, 'sessions.json')
    await expect(sessions.insert(aSession())).rejects.toMatchObject(notSaved)
    expect(await sessions.find('session-1')).toBeNull()
    expect(await sessions.listByUser('id-of-alice')).toEqual([])
    await unblock(folder, 'sessions.json')
    await sessions.insert(aSession())
  })

  it('ends a session anyway and keeps it ended', async () => {
    const folder = await freshFolder()
    const { sessions } = await openWithAlice(folder)
    await sessions.insert(aSession())
    await block(folder, 'sessions.json')
    expect(await sessions.end(['session-1'], 'signed-out', 3_000)).toBe(1)
    expect(await sessions.find('session-1')).toBeNull()
    expect(await sessions.findEndReason('session-1')).toBe('signed-out')
    expect(folder.log.filter(({ level }) => level === 'error')).toHaveLength(1)

    await unblock(folder, 'sessions.json')
    await sessions.insert(aSession({ id: 'next' }))
    expect(Object.keys(JSON.parse(await folder.read('sessions.json')).sessions)).toEqual(['next'])
  })

  it('does not revive a session that ended while its own commit failed', async () => {
    const folder = await freshFolder()
    const { sessions } = await openWithAlice(folder)
    await block(folder, 'sessions.json')
    const inserting = expect(sessions.insert(aSession())).rejects.toMatchObject(notSaved)
    while ((await sessions.listByUser('id-of-alice')).length === 0) await nextTurn()
    expect(await sessions.end(['session-1'], 'signed-out', 3_000)).toBe(1)
    await inserting
    expect(await sessions.find('session-1')).toBeNull()
    await unblock(folder, 'sessions.json')
    await sessions.insert(aSession({ id: 'next' }))
    expect(await sessions.listByUser('id-of-alice')).toEqual([aSession({ id: 'next' })])
  })

  it('keeps touching', async () => {
    const folder = await freshFolder()
    const { sessions } = await openWithAlice(folder)
    await sessions.insert(aSession())
    await block(folder, 'sessions.json')
    await expect(sessions.insert(aSession({ id: 'next' }))).rejects.toMatchObject(notSaved)
    expect(await sessions.touch('session-1', 5_000, always)).toEqual(aSession({ lastActivityAt: 5_000 }))
  })

  it('rejects on close and releases the folder', async () => {
    const folder = await freshFolder()
    const { sessions, close } = await openWithAlice(folder)
    await sessions.insert(aSession())
    await block(folder, 'sessions.json')
    await sessions.end(['session-1'], 'signed-out', 3_000)
    await expect(close()).rejects.toMatchObject(notSaved)
    await unblock(folder, 'sessions.json')
    await folder.open()
  })
})

describe('when tokens.json cannot be written', () => {
  it('rejects a put and a take and returns to what is on disk', async () => {
    const folder = await freshFolder()
    const { tokens } = await folder.open()
    await tokens.put(aToken())
    await block(folder, 'tokens.json')
    const outcomes = await Promise.allSettled([
      tokens.put(aToken({ id: 'newer' })),
      tokens.put(aToken({ id: 'newest' })),
      tokens.take('newest', 'reset-password', 2_000),
      tokens.put(aToken({ id: 'another', subject: 'id-of-bob' })),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    await unblock(folder, 'tokens.json')
    for (const id of ['newer', 'newest', 'another']) {
      expect(await tokens.take(id, 'reset-password', 2_000)).toBeNull()
    }
    expect(Object.keys(JSON.parse(await folder.read('tokens.json')).tokens)).toEqual(['token-1'])
    await tokens.put(aToken({ id: 'newer' }))
    expect(Object.keys(JSON.parse(await folder.read('tokens.json')).tokens)).toEqual(['newer'])
  })

  it('keeps a token whose take was rejected', async () => {
    const folder = await freshFolder()
    const { tokens } = await folder.open()
    await tokens.put(aToken())
    await block(folder, 'tokens.json')
    await expect(tokens.take('token-1', 'reset-password', 2_000)).rejects.toMatchObject(notSaved)
    await expect(tokens.deleteExpired(9_000)).rejects.toMatchObject(notSaved)
    await unblock(folder, 'tokens.json')
    expect(await tokens.take('token-1', 'reset-password', 2_000)).toEqual(aToken())
    expect(JSON.parse(await folder.read('tokens.json')).tokens).toEqual({})
  })
})

it('restores the live token after its replacement was rejected', async () => {
  const folder = await freshFolder()
  const { tokens } = await folder.open()
  await tokens.put(aToken())
  await block(folder, 'tokens.json')
  await expect(tokens.put(aToken({ id: 'refused' }))).rejects.toMatchObject(notSaved)
  await unblock(folder, 'tokens.json')
  await tokens.put(aToken({ id: 'newer' }))
  expect(await tokens.take('token-1', 'reset-password', 2_000)).toBeNull()
})

describe('while it is held', () => {
  /** Counts the operations; the file contains the number. */
  async function countingQueue() {
    const folder = await freshFolder()
    let count = 0
    const encoding = { mayGoOn: Promise.resolve() }
    const queue = new CommitQueue({
      path: folder.path('count'),
      lazyMs: never,
      log: { info() {}, warn() {}, error() {} },
      beforeWrite: async () => {},
      content: {
        async encode() {
          const text = String(count)
          await encoding.mayGoOn
          return [Buffer.from(text)]
        },
        accept() {},
        undo() {},
      },
    })
    const add = () =>
      queue.run(() => {
        count++
        queue.markUnsaved()
      })
    return { queue, add, encoding, saved: () => folder.read('count'), counted: () => count }
  }

  it('makes operations wait, in memory too', async () => {
    const { queue, add, saved, counted } = await countingQueue()
    await add()
    const release = await queue.hold()
    const adding = add()
    for (let turn = 0; turn < 50; turn++) await nextTurn()
    expect([counted(), await saved()]).toEqual([1, '1'])
    release()
    await adding
    expect([counted(), await saved()]).toEqual([2, '2'])
  })

  it('has no running commit', async () => {
    const { queue, add, encoding, saved } = await countingQueue()
    const { promise, resolve } = Promise.withResolvers<void>()
    encoding.mayGoOn = promise
    const adding = add()
    await nextTurn()
    await nextTurn()
    let isHeld = false
    const holding = queue.hold().then((release) => {
      isHeld = true
      return release
    })
    for (let turn = 0; turn < 50; turn++) await nextTurn()
    expect(isHeld).toBe(false)
    resolve()
    const release = await holding
    expect(await saved()).toBe('1')
    release()
    await adding
  })

  it('makes the next holder wait', async () => {
    const { queue } = await countingQueue()
    const release = await queue.hold()
    const order: string[] = []
    const second = queue.hold().then((releaseSecond) => {
      order.push('second')
      releaseSecond()
    })
    await nextTurn()
    order.push('released')
    release()
    await second
    expect(order).toEqual(['released', 'second'])
  })
})

describe('within five seconds, without another write', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('saves a touch', async () => {
    const folder = await freshFolder()
    const { sessions } = await openWithAlice(folder, 5_000)
    await sessions.insert(aSession())
    expect(vi.getTimerCount()).toBe(0)
    await sessions.touch('session-1', 3_000, always)
    vi.advanceTimersByTime(4_000)
    await sessions.touch('session-1', 4_000, always)
    vi.advanceTimersByTime(999)
    expect(vi.getTimerCount()).toBe(1)
    expect(await folder.read('sessions.json')).toContain('"lastActivityAt":2000')
    vi.advanceTimersByTime(1)
    await until(async () => (await folder.read('sessions.json')).includes('"lastActivityAt":4000'))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('saves an end that the disk had rejected', async () => {
    const folder = await freshFolder()
    const { sessions } = await openWithAlice(folder, 5_000)
    await sessions.insert(aSession())
    await block(folder, 'sessions.json')
    await sessions.end(['session-1'], 'signed-out', 3_000)
    vi.advanceTimersByTime(5_000)
    await until(async () => vi.getTimerCount() === 1)
    await unblock(folder, 'sessions.json')
    vi.advanceTimersByTime(5_000)
    await until(async () => (await folder.read('sessions.json')).includes('"session-1":{"reason":"signed-out"'))
    expect(JSON.parse(await folder.read('sessions.json')).sessions).toEqual({})
  })
})

it('saves touches with the next write', async () => {
  const folder = await freshFolder()
  const { sessions } = await openWithAlice(folder)
  await sessions.insert(aSession())
  await sessions.touch('session-1', 3_000, always)
  await sessions.insert(aSession({ id: 'next' }))
  expect(JSON.parse(await folder.read('sessions.json')).sessions['session-1'].lastActivityAt).toBe(3_000)
})

it('never writes what it could not read again', async () => {
  const folder = await freshFolder()
  const { users, sessions } = await openWithAlice(folder)
  await sessions.insert(aSession())
  await expect(users.insert({ ...aUser({ username: 'bob' }), createdAt: Number.NaN })).rejects.toThrow()
  await expect(sessions.insert(aSession({ id: 'next', createdAt: Number.POSITIVE_INFINITY }))).rejects.toThrow()
  for (const at of [Number.POSITIVE_INFINITY, 2_500.5]) {
    await expect(sessions.touch('session-1', at, always)).rejects.toThrow()
  }
  await expect(sessions.end(['session-1'], 'idle', Number.NaN)).rejects.toThrow()
  expect(await sessions.find('session-1')).toEqual(aSession())
})

/** With the user of these tests' sessions. */
async function openWithAlice(folder: TestFolder, touchDelayMs = never): Promise<Stores> {
  const stores = await openFolder(folder.dir, folder.log, touchDelayMs)
  await stores.users.insert(aUser())
  return stores
}

/** A real failure, also for root: a file cannot be renamed onto a folder. */
async function block(folder: TestFolder, name: string): Promise<void> {
  await rename(folder.path(name), folder.path('aside'))
  await mkdir(folder.path(name))
}

async function unblock(folder: TestFolder, name: string): Promise<void> {
  await rmdir(folder.path(name))
  await rename(folder.path('aside'), folder.path(name))
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await nextTurn()
}

it('runs its timers and writes outside the context of the request that triggered them', async () => {
  const requests = new AsyncLocalStorage<string>()
  const folder = await freshFolder()
  const seen: unknown[] = []
  const note = () => {
    seen.push(requests.getStore())
  }
  const queue = new CommitQueue({
    path: folder.path('any.json'),
    content: { encode: async () => [], accept: note, undo() {} },
    beforeWrite: async () => note(),
    lazyMs: never,
    log: { info() {}, warn() {}, error() {} },
  })
  const { setTimeout: setReal } = globalThis
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
    if (ms === never) note()
    return setReal(work, ms)
  }) as typeof setTimeout)
  await requests.run('request', () => queue.run(() => queue.markUnsaved()))
  await queue.close()
  expect(seen).toEqual([undefined, undefined, undefined])
})
