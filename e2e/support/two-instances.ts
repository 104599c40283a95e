// One site of two servers on one PostgreSQL, behind a proxy that alternates between them.
import { randomBytes } from 'node:crypto'
import { type RoundRobin, startRoundRobin } from '#e2e/support/round-robin.ts'
import { startServer, type TestServer } from '#e2e/support/server.ts'
import { makePostgresStore, type TestStore } from '#e2e/support/test-store.ts'

export interface TwoInstances {
  /** The public origin, which is the proxy's. */
  origin: string
  proxy: RoundRobin
  store: TestStore
  a: TestServer
  b: TestServer
  /** Alternates between the instances, which is the default. */
  alternate(): void
  /** Moves both clocks. */
  advance(ms: number): Promise<void>
  dispose(): Promise<void>
}

interface Options {
  /** Separately built copies of the project. By default both run the project. */
  projectDirs?: [a: string | undefined, b: string | undefined]
  sessionSecret?: string
}

export const makeSecret = (): string => randomBytes(32).toString('base64url')

export async function startTwoInstances(options: Options = {}): Promise<TwoInstances> {
  const { projectDirs = [], sessionSecret = makeSecret() } = options
  const store = await makePostgresStore()
  const proxy = await startRoundRobin()
  const env = { APP_URL: proxy.origin, HOST: '127.0.0.1', SESSION_SECRET: sessionSecret }
  // Concurrently: the first one creates the tables.
  const [a, b] = await Promise.all([
    startServer({ env, store, projectDir: projectDirs[0] }),
    startServer({ env, store, projectDir: projectDirs[1] }),
  ])
  const alternate = () => proxy.sendTo(a.address, b.address)
  alternate()
  return {
    origin: proxy.origin,
    proxy,
    store,
    a,
    b,
    alternate,
    async advance(ms) {
      await Promise.all([a.advance(ms), b.advance(ms)])
    },
    async dispose() {
      await proxy.close()
      await Promise.all([a.dispose(), b.dispose()])
      await store.remove()
    },
  }
}
