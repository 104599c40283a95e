import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import { type RequestContext, runInRequest } from './request-context.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Stands for the storages in which Next keeps request data. */
const ofFramework = new AsyncLocalStorage<object>()

/** Creates operations for different users from different addresses. */
const operations: Record<string, (app: Services, n: number) => Promise<unknown>> = {
  'counts an address': ({ rateLimits }, n) => rateLimits.take('wrong-password', `192.0.2.${n}`),
  'counts, takes it back and forgets': async ({ rateLimits }, n) => {
    await rateLimits.take('sign-up', `192.0.2.${n}`)
    await rateLimits.giveBack('sign-up', `192.0.2.${n}`)
    await rateLimits.take('rename', `person-${n}`)
    await rateLimits.forget(`person-${n}`)
  },
  'tries a password of nobody': ({ accounts }, n) =>
    accounts.checkCredentials(`nobody-${n}`, 'one of many guesses', aLoginClient(`198.51.100.${n}`)),
  'tries a wrong password': async ({ accounts, lockout }, n) => {
    await accounts.checkCredentials(`person-${n}`, 'one of many guesses', aLoginClient(`203.0.113.${n}`))
    await lockout.settle()
  },
  'begins a session and uses it': async ({ sessions }, n) => {
    const { token } = await sessions.start(`person-${n}`)
    await sessions.touch(token)
  },
  'rates a password': async ({ strength }, n) => {
    // The first one starts the worker thread.
    if (n < 2) await strength.estimate('Lantern over the quay 7', { username: `person-${n}`, email: null })
  },
  'adds to the audit trail': ({ audit }, n) => audit.record({ event: 'session.started', actorId: `person-${n}` }),
  'posts a mail': ({ stores }, n) =>
    stores.mails.add({ id: `mail-${n}`, sealed: 'sealed', createdAt: 1, dueAt: 1, attempts: 0 }),
}

const requests = 20
/** Each connection of the pool keeps the request that opened or used it last. */
const kept = { JSON: 0, SQLite: 0, PostgreSQL: 11 }

describe.each(storeNames)('on %s', (store) => {
  let opened: TestServices
  beforeAll(async () => {
    opened = await openTestServices({}, store)
    for (let n = 0; n < requests; n++) await opened.addPerson(`person-${n}`)
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  test.each(Object.keys(operations))('releases a request that %s', async (name) => {
    const work = operations[name]
    if (work === undefined) throw new Error('There is no such operation')
    const traces = await Promise.all(Array.from({ length: requests }, (_, n) => request(() => work(opened.app, n))))
    const alive = () => traces.flat().filter((trace) => trace.deref() !== undefined).length
    // Collect garbage right away: a timer that frees memory after a second is a leak too.
    for (let round = 0; round < 30 && alive() > 2 * kept[store]; round++) {
      await nextTurn()
      collectGarbage()
    }
    expect(alive()).toBeLessThanOrEqual(2 * kept[store])
  })
})

/** Runs the work as a request would. Resolves with a function that tells whether the request is still in memory. */
async function request(work: () => Promise<unknown>): Promise<WeakRef<object>[]> {
  const context: RequestContext = {
    id: 'request',
    path: '/',
    address: '',
    noted: new Set(),
    answered: Promise.resolve(),
    refusal: null,
  }
  const page = { rendered: 'much' }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  ofFramework.run(page, () =>
    runInRequest(context, () => {
      work().then(() => resolve(), reject)
    }),
  )
  await promise
  return [new WeakRef(context), new WeakRef(page)]
}
