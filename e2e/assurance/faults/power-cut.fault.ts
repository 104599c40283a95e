// Power cuts, which lose what the kernel has not written. Acknowledged writes must survive. Without fsync they do not,
// which shows that the suite detects the loss.
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
/** So that every round has data to lose. */
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

  test('would lose acknowledged writes without fsync', async () => {
    await onDisk(name, { durable: false }, async (subject, disk) => {
      const written = new WriteRecord()
      const store = await startStore(subject.location, subject.folder === null ? {} : ignoringSyncs())
      const acknowledged = await cutUnderLoad(disk, subject, store, written)
      const findings = await findLosses(subject, written)
      expect(findings === null || findings.lost.length > 0).toBe(true)
      // A store that no longer opens has lost everything.
      const lost = findings?.lost ?? Array.from({ length: acknowledged }, () => '')
      createStats('power cut, syncs ignored: must lose', name).round(acknowledged, { ...nothingFound, lost })
    })
  })
})

describe.each(['JSON', 'SQLite'] as const)('%s', (name) => {
  test('loses nothing when the power is cut at any system call', async () => {
    using disk = mountCuttableDisk(64)
    const subject = inFolder(name, path.join(disk.folder, 'data'))
    const stats = createStats('power cut at a system call', name)
    const counts = await countCalls(subject, (options) => runScenario(subject, new WriteRecord(), options))
    // Neither opening nor closing changes the disk's content.
    const changing = [...counts].filter(([call]) => !/^(open|close)/.test(call))
    for (const [call, most] of someOf(changing)) {
      await stepThrough(most, async (nth) => {
        execFileSync('rm', ['-rf', subject.folder])
        execFileSync('sync', ['-f', disk.folder])
        const written = new WriteRecord()
        // The kernel does no more for the dead process: its last call is the moment of the cut.
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
  // A new database server needs 40 MB, and 16 MB for each later WAL segment.
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

/** Resolves with the number of acknowledged writes when the power is back. */
async function cutUnderLoad(
  disk: CuttableDisk,
  { server }: Subject,
  store: StoreProcess,
  written: WriteRecord,
): Promise<number> {
  const load = startLoad(store.stores, written, random)
  // A random moment: the test waits for no state of the store.
  await delay(random.below(450) + 50)
  await expect.poll(() => written.count, { timeout: 20_000 }).toBeGreaterThan(leastAcknowledged)
  // Kill the server with the power, because a real machine would not answer without its disk.
  store.freeze()
  disk.cutPower()
  await store.kill()
  await server?.kill()
  await load.stop()
  await disk.bringBack()
  return written.count
}

/** Null when the store does not open. */
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
