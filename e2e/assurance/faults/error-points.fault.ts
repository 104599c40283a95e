// Makes one system call of a store fail: each call, with each error that is possible there.
import { describe, expect, test } from 'vitest'
import { StoreError } from '#lib/stores/types.ts'
import { restartAndAudit } from './audit.ts'
import { createRandom, seed } from './random.ts'
import { isShort, stepThrough } from './scale.ts'
import { makeScenario, runSteps } from './scenario.ts'
import { createStats } from './stats.ts'
import { type StartOptions, type StoreProcess, startStore } from './store-process.ts'
import { countCalls, injecting, wasInjected } from './strace.ts'
import { type FolderSubject, inFreshFolder } from './subjects.ts'
import { WriteRecord } from './write-record.ts'

const random = createRandom(seed)

describe.each(['JSON', 'SQLite'] as const)('%s', (name) => {
  test('reports that nothing was saved, keeps its content and keeps working', async () => {
    const stats = createStats('error points', name)
    const counts = await inFreshFolder(name, (subject) =>
      countCalls(subject, (options) => runThrough(subject, new WriteRecord(), options)),
    )
    for (const [call, most] of counts) {
      for (const error of errorsOf(call)) {
        await stepThrough(most, (nth) =>
          inFreshFolder(name, async (subject) => {
            const written = new WriteRecord()
            await runThrough(subject, written, injecting(subject, call, `error=${error}`, nth))
            if (!wasInjected(subject)) return false
            const store = await restartAndAudit(subject, written, stats)
            await store.stores.close()
            return true
          }),
        )
      }
    }
  })
})

function errorsOf(call: string): string[] {
  const errors = allErrorsOf(call)
  return isShort && errors.length > 0 ? [errors[random.below(errors.length)] ?? ''] : errors
}

function allErrorsOf(call: string): string[] {
  if (call === 'close') return []
  if (/^open/.test(call)) return ['EIO', 'ENOSPC', 'EROFS', 'EMFILE']
  if (/^(mkdir|rename|link|unlink|rmdir)/.test(call)) return ['EIO', 'ENOSPC', 'EROFS']
  return ['EIO', 'ENOSPC']
}

/** The process must survive the error. */
async function runThrough(subject: FolderSubject, written: WriteRecord, options: StartOptions): Promise<void> {
  const store = await startOrRefuse(subject, options)
  if (store === null) return
  const { stores } = store
  await runSteps(makeScenario(), stores, written, async () => {
    // A session that was to end is over in any case.
    const differences = written.differences(await Array.fromAsync(stores.dump()))
    expect(differences.filter((key) => !key.startsWith('session '))).toEqual([])
    // Failed writes are retried as soon as the disk works again.
    await stores.checkReady()
  })
  // An error is possible here too: the write is done by then or at the next start.
  await stores.close().catch((cause) => {
    expect(cause).toMatchObject({ code: 'store_unavailable' })
    return store.kill()
  })
}

/** Null when the start failed with a reason. */
async function startOrRefuse(subject: FolderSubject, options: StartOptions): Promise<StoreProcess | null> {
  try {
    return await startStore(subject.location, options)
  } catch (cause) {
    expect(cause).toBeInstanceOf(StoreError)
    return null
  }
}
