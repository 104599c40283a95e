// Triggers errors that no request can cause. Loaded only by the tests with `node --import`. SIGUSR2: an uncaught
// exception. SIGWINCH: an unhandled rejection. SIGCONT: from now on the store throws when a user is read, with a
// message that no user may see.
import { isMainThread } from 'node:worker_threads'

export const faultWords = 'fault-canary in /srv/private/users.json'

interface Runtime {
  stores: { users: { find: unknown } }
}

const shared = globalThis as typeof globalThis & { [key: symbol]: Promise<{ app: Runtime }> | undefined }

if (isMainThread) {
  process.on('SIGUSR2', () => {
    throw new Error(faultWords)
  })
  process.on('SIGWINCH', () => void Promise.reject(new Error(faultWords)))
  process.on('SIGCONT', async () => {
    const site = await shared[Symbol.for('gatehouse.site')]
    if (site === undefined) return
    site.app.stores.users.find = () => {
      throw new Error(faultWords)
    }
    process.stderr.write('users fail from now on\n')
  })
}
