// Stores with many users and as many sessions. Separate processes fill and measure them, because filling leaves other
// memory behind than opening.
import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeStore, type StoreName, type TestStore } from '#e2e/support/test-store.ts'
import type { StoreLocation } from '#lib/stores/location.ts'
import type { StoreFigures, StoreTask } from './growth-of-one.ts'

const worker = path.join(import.meta.dirname, 'growth-of-one.ts')
/** All users signed up and all sessions began then. */
const now = Date.now()

export interface FilledStore extends TestStore {
  dataDir: string
}

/** PostgreSQL needs the URL of a server in TEST_POSTGRES_URL. */
export async function makeFilledStore(name: StoreName, size: number): Promise<FilledStore> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'))
  const store = await makeStore(name, dataDir)
  await perform({ kind: 'fill', location: store.location, size })
  const remove = async () => {
    await store.remove()
    await rm(dataDir, { recursive: true })
  }
  return { ...store, dataDir, remove }
}

export function measureStore(kind: 'check' | 'measure', location: StoreLocation, size: number): Promise<StoreFigures> {
  return perform({ kind, location, size })
}

function perform(task: Omit<StoreTask, 'now'>): Promise<StoreFigures> {
  const child = fork(worker, { execArgv: ['--expose-gc'] })
  child.send({ ...task, now } satisfies StoreTask)
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as StoreFigures))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The measurement ended with ${code} before it had figures`)))
  })
}
