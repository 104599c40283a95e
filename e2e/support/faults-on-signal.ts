// Faults that no request can bring about, brought about by signals. Loaded only by the harness, with `node --import`.
// SIGUSR2: an exception that nobody catches. SIGWINCH: a promise that nobody waits for is rejected. SIGCONT: from now on
// the store throws, with words that must not reach anybody, when somebody's record is asked for.
import { isMainThread } from 'node:worker_threads'

export const faultWords = 'fault-canary in /srv/private/users.json'

interface Runtime {
  stores: { users: { find: unknown } }
}

const shared = globalThis as typeof globalThis & { [key: symbol]: Promise<Runtime> | undefined }

if (isMainThread) {
  process.on('SIGUSR2', () => {
    throw new Error(faultWords)
  })
  process.on('SIGWINCH', () => void Promise.reject(new Error(faultWords)))
  process.on('SIGCONT', async () => {
    const runtime = await shared[Symbol.for('gatehouse.runtime')]
    if (runtime === undefined) return
    runtime.stores.users.find = () => {
      throw new Error(faultWords)
    }
    process.stderr.write('users fail from now on\n')
  })
}
