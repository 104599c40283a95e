// Kills a store's process at every system call that changes its files: while it opens, works, is replaced and closes,
// and while it recovers from such a kill.
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { restartAndAudit } from './audit.ts'
import { someOf, stepThrough } from './scale.ts'
import { makeScenario, runScenario, runSteps, survives } from './scenario.ts'
import { createStats } from './stats.ts'
import { type StartOptions, startStore } from './store-process.ts'
import { countCalls, injecting } from './strace.ts'
import { type FolderSubject, inFreshFolder, keepCopy } from './subjects.ts'
import { WriteRecord } from './write-record.ts'

describe.each(['JSON', 'SQLite'] as const)('%s', (name) => {
  test('loses nothing when its process is killed at any system call', async () => {
    const stats = createStats('crash points', name)
    const counts = await inFreshFolder(name, (subject) =>
      countCalls(subject, (options) => runScenario(subject, new WriteRecord(), options)),
    )
    expect(counts.size).toBeGreaterThan(4)
    for (const [call, most] of counts) {
      await stepThrough(most, (nth) =>
        inFreshFolder(name, async (subject) => {
          const written = new WriteRecord()
          if (await runScenario(subject, written, injecting(subject, call, 'signal=KILL', nth))) return false
          const store = await restartAndAudit(subject, written, stats)
          await store.stores.close()
          return true
        }),
      )
    }
  })

  test('loses nothing when it is killed again at any system call of the next start', async () => {
    const stats = createStats('crash points of a recovery', name)
    await inFreshFolder(name, async (subject) => {
      const written = await runUntilRecoveryIsDue(subject)
      const copy = keepCopy(subject)
      const counts = await countCalls(subject, (options) => openAndClose(subject, options))
      expect(counts.size).toBeGreaterThan(4)
      for (const [call, most] of someOf(counts)) {
        await stepThrough(most, async (nth) => {
          copy.putBack()
          if (await openAndClose(subject, injecting(subject, call, 'signal=KILL', nth))) return false
          const store = await restartAndAudit(subject, written.copy(), stats)
          await store.stores.close()
          return true
        })
      }
    })
  })
})

/** Leaves as much as possible for a start to recover. */
async function runUntilRecoveryIsDue(subject: FolderSubject): Promise<WriteRecord> {
  if (subject.store === 'SQLite') {
    const written = new WriteRecord()
    const store = await startStore(subject.location)
    await runSteps(makeScenario(), store.stores, written)
    await store.kill()
    expect(existsSync(path.join(subject.folder, 'site.db-wal')), 'everything is still in the log').toBe(true)
    return written
  }
  // An interrupted replacement with one of the new files in place.
  for (let nth = 1; ; nth += 1) {
    const written = new WriteRecord()
    const died = !(await runScenario(subject, written, injecting(subject, 'rename', 'signal=KILL', nth)))
    expect(died, 'the death in the middle of a replacement').toBe(true)
    const isLeft = (name: string) => existsSync(path.join(subject.folder, 'replacement', name))
    if (isLeft('tokens.json') && !isLeft('users.json')) return written
    rmSync(subject.folder, { recursive: true })
  }
}

function openAndClose(subject: FolderSubject, options: StartOptions): Promise<boolean> {
  return survives(async () => {
    const { stores } = await startStore(subject.location, options)
    await stores.close()
  })
}
