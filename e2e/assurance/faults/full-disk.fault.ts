// A full disk that later has space again: nothing is lost or half-written, reads and log-outs work meanwhile, and the
// store recovers without a restart. The same for a read-only disk.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { restartAndAudit } from './audit.ts'
import { mountSmallDisk } from './disk.ts'
import { createOperations, makePerson, makeSession, type Outcome } from './operations.ts'
import { createStats } from './stats.ts'
import { type StoreProcess, startStore } from './store-process.ts'
import { inFolder } from './subjects.ts'
import { WriteRecord } from './write-record.ts'

const always = { activeAfter: 0, createdAfter: 0, latest: Number.MAX_SAFE_INTEGER, recentAfter: 0 }

describe.each(['JSON', 'SQLite'] as const)('%s', (name) => {
  test('a full disk rejects new writes and nothing else', async () => {
    using disk = mountSmallDisk(512)
    const subject = inFolder(name, path.join(disk.folder, 'data'))
    const filler = path.join(disk.folder, 'filler')
    const written = new WriteRecord()
    const stats = createStats('full disk', name)
    let store = await startStore(subject.location)
    let operations = createOperations(store.stores, written)
    const ada = makePerson()
    const sessions = [makeSession(ada), makeSession(ada)] as const
    expect(await operations.signUp(ada)).toBe('done')
    for (const session of sessions) expect(await operations.logIn(ada, session)).toBe('done')
    expect(await operations.giveCode(ada)).toBe('done')

    fill(filler)
    // Space allocated for a large rejected write may suffice for a smaller one.
    await untilRefused(() => operations.signUp())
    await untilRefused(() => operations.saveProfile(ada))
    await untilRefused(() => operations.act(sessions[1]))
    expect(await operations.signUp()).toBe('refused')
    expect(await operations.saveProfile(ada)).toBe('refused')
    expect(await operations.redeemCode(ada)).toBe('refused')
    // The readiness check writes even less, and caches its answer.
    await expect.poll(() => readiness(store), { timeout: 15_000 }).toBe('store_unavailable')
    expect(written.differences(await Array.fromAsync(store.stores.dump()))).toEqual([])
    expect(await store.stores.users.findByUsername(ada.username)).toMatchObject({ id: ada.id })
    const loggedOut = await operations.logOut(sessions[0])
    // The session is over, whether or not the write failed.
    await expectEnded(store, sessions[0].id)
    expect(await store.stores.sessions.find(sessions[1].id), 'the other session').toMatchObject({ userId: ada.id })

    rmSync(filler)
    await expect.poll(() => readiness(store), { timeout: 15_000 }).toBe('ready')
    expect(await operations.saveProfile(ada)).toBe('done')
    if (loggedOut === 'refused') expect(await operations.logOut(sessions[0])).toBe('done')
    // Rejected writes are not done later.
    expect(written.differences(await Array.fromAsync(store.stores.dump()))).toEqual([])
    await expectEnded(store, sessions[0].id)
    await store.kill()
    store = await restartAndAudit(subject, written, stats)
    await expectEnded(store, sessions[0].id)
    operations = createOperations(store.stores, written)
    expect(await operations.redeemCode(ada)).toBe('done')
    await store.stores.close()
  })

  test('a start on a full disk works or reports the reason', async () => {
    using disk = mountSmallDisk(512)
    const subject = inFolder(name, path.join(disk.folder, 'data'))
    const filler = path.join(disk.folder, 'filler')
    const written = new WriteRecord()
    const store = await startStore(subject.location)
    expect(await createOperations(store.stores, written).signUp()).toBe('done')
    await store.kill()
    fill(filler)
    const opened = await startOrFault(subject.location)
    if (opened instanceof Error) expect(opened).toMatchObject({ code: 'store_unavailable' })
    else await opened.kill()
    rmSync(filler)
    const again = await restartAndAudit(subject, written, createStats('full disk at start', name))
    await again.stores.close()
  })

  test('a start on a read-only disk reports it or serves readers', async () => {
    using disk = mountSmallDisk(512)
    const subject = inFolder(name, path.join(disk.folder, 'data'))
    const written = new WriteRecord()
    const store = await startStore(subject.location)
    expect(await createOperations(store.stores, written).signUp()).toBe('done')
    await store.kill()
    disk.setReadOnly(true)
    const opened = await startOrFault(subject.location)
    if (opened instanceof Error) {
      const sentence = expect.stringContaining(subject.folder)
      expect(opened).toMatchObject({ code: 'store_unavailable', message: sentence })
    } else {
      const { stores } = opened
      expect(written.differences(await Array.fromAsync(stores.dump()))).toEqual([])
      await expect(stores.checkReady()).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(await createOperations(stores, written).signUp()).toBe('refused')
      await opened.kill()
    }
    disk.setReadOnly(false)
    const again = await restartAndAudit(subject, written, createStats('read-only disk', name))
    await again.stores.close()
  })
})

function readiness({ stores }: StoreProcess): Promise<string> {
  return stores.checkReady().then(
    () => 'ready',
    (cause) => cause.code,
  )
}

/** Or as often as would fill the disk many times: a touch may stay in memory. */
async function untilRefused(work: () => Promise<Outcome>): Promise<void> {
  for (let attempt = 1; attempt <= 500 && (await work()) === 'done'; attempt += 1);
}

async function startOrFault(location: string): Promise<StoreProcess | Error> {
  try {
    return await startStore(location)
  } catch (cause) {
    if (cause instanceof Error) return cause
    throw cause
  }
}

async function expectEnded({ stores }: StoreProcess, id: string): Promise<void> {
  expect(await stores.sessions.find(id)).toBeNull()
  expect(await stores.sessions.touch(id, 1, always)).toBeNull()
  expect(await stores.sessions.findEndReason(id)).toBe('signed-out')
}

function fill(file: string): void {
  const fd = openSync(file, 'w')
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeSync(fd, Buffer.alloc(size))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }
  closeSync(fd)
}
