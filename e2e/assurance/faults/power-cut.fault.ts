// A power cut: what the kernel had not written by then is gone. What was acknowledged is there when the power is back;
// and without the waiting for the disk that makes it so it is not, which shows that this suite can see the difference.
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { restartAndAudit } from './audit.ts'
import { type CuttableDisk, mountCuttableDisk } from './disk.ts'
import { startLoad } from './load.ts'
import { createRandom, seed } from './random.ts'
import { isShort, someOf, stepThrough } from './scale.ts'
import { runScenario } from './scenario.ts'
import { createStats } from './stats.ts'
import { type StoreProcess, startStore } from './store-process.ts'
import { countCalls, ignoringSyncs, injecting } from './strace.ts'
import { inFolder, makePostgres, type StoreName, type Subject } from './subjects.ts'
import { type Findings, nothingFound, WriteRecord } from './write-record.ts'

const rounds = isShort ? 1 : 20
/** So that every round has something to lose. */
const leastAcknowledged = 20
const random = createRandom(seed)

describe.each(['JSON', 'SQLite', 'PostgreSQL'] as const)('%s', (name) => {
  test(`loses nothing in ${rounds} power cuts at random moments (seed ${seed})`, async () => {
    await onDisk(name, { durable: true }, async (subject, disk) => {
      const written = new WriteRecord()
      const stats = createStats('power cut', name)
      let store = await startStore(subject.location)
      for (let round = 1; round <= rounds; round += 1) {
        await cutUnderLoad(disk, subject, store, written)
        await subject.server?.resume()
        store = await restartAndAudit(subject, written, stats)
      }
      await store.stores.close()
    })
  })

  test('would lose what was acknowledged if nobody waited for the disk', async () => {
    await onDisk(name, { durable: false }, async (subject, disk) => {
      const written = new WriteRecord()
      const store = await startStore(subject.location, subject.folder === null ? {} : ignoringSyncs())
      const acknowledged = await cutUnderLoad(disk, subject, store, written)
      const findings = await findLosses(subject, written)
      expect(findings === null || findings.lost.length > 0).toBe(true)
      // A store that does not open any more has lost everything.
      const lost = findings?.lost ?? Array.from({ length: acknowledged }, () => '')
      createStats('power cut, syncs ignored: must lose', name).round(acknowledged, { ...nothingFound, lost })
    })
  })
})

describe.each(['JSON', 'SQLite'] as const)('%s', (name) => {
  test('loses nothing when the power goes at any system call', async () => {
    using disk = mountCuttableDisk(64)
    const subject = inFolder(name, path.join(disk.folder, 'data'))
    const stats = createStats('power cut at a system call', name)
    const counts = await countCalls(subject, (options) => runScenario(subject, new WriteRecord(), options))
    // Neither opening nor closing changes what the disk holds.
    const changing = [...counts].filter(([call]) => !/^(open|close)/.test(call))
    for (const [call, most] of someOf(changing)) {
      await stepThrough(most, async (nth) => {
        execFileSync('rm', ['-rf', subject.folder])
        execFileSync('sync', ['-f', disk.folder])
        const written = new WriteRecord()
        // The kernel does nothing for the dead process any more: its last call is the moment of the cut.
        if (await runScenario(subject, written, injecting(subject, call, 'signal=KILL', nth))) return false
        disk.cutPower()
        await disk.bringBack()
        const store = await restartAndAudit(subject, written, stats)
        await store.stores.close()
        return true
      })
    }
  })
})

async function onDisk(
  name: StoreName,
  { durable }: { durable: boolean },
  work: (subject: Subject, disk: CuttableDisk) => Promise<void>,
): Promise<void> {
  // A new database server takes 40 MB, and later its log's segments of 16 MB.
  using disk = mountCuttableDisk(name === 'PostgreSQL' ? 512 : 64)
  const subject =
    name === 'PostgreSQL'
      ? await makePostgres({ durable, parent: disk.folder })
      : inFolder(name, path.join(disk.folder, 'data'))
  try {
    await work(subject, disk)
  } finally {
    await subject.remove()
  }
}

/** Resolves with how much was acknowledged by then, when the power is back. */
async function cutUnderLoad(
  disk: CuttableDisk,
  { server }: Subject,
  store: StoreProcess,
  written: WriteRecord,
): Promise<number> {
  const load = startLoad(store.stores, written, random)
  // The moment is what chance decides here: no state of the store is waited for.
  await delay(random.below(450) + 50)
  await expect.poll(() => written.count, { timeout: 20_000 }).toBeGreaterThan(leastAcknowledged)
  // The machine would not go on for a moment without its disk, and answer people.
  store.freeze()
  disk.cutPower()
  await store.kill()
  await server?.kill()
  await load.stop()
  await disk.bringBack()
  return written.count
}

/** Null when the store can't even be opened. */
async function findLosses(subject: Subject, written: WriteRecord): Promise<Findings | null> {
  try {
    await subject.server?.resume()
    const store = await startStore(subject.location)
    const findings = written.compare(await Array.fromAsync(store.stores.dump()))
    await store.kill()
    return findings
  } catch {
    return null
  }
}
