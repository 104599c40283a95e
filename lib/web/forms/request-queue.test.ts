import { describe, expect, test } from 'vitest'
import { readSettings } from '../../config.ts'
import { type RequestContext, runInRequest } from '../../core/request-context.ts'
import { newDeviceId, writeDevice } from '../cookies/device-name.ts'
import { waitForTurn } from './request-queue.ts'

const site = { settings: readSettings({}), sessionSecrets: ['a'.repeat(43)] }
/** The cookie of another browser in which this user logged in. */
const browserOf = (userId: string) =>
  writeDevice({ id: newDeviceId(userId, site.sessionSecrets), marks: ['mark'] }, site.sessionSecrets)

let addresses = 0
function anAddress(): string {
  addresses += 1
  return `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`
}

interface Asked {
  request: RequestContext
  turn: Promise<boolean>
  /** Null until it is known. */
  outcome(): boolean | null
  answer(): void
}

/** By default from a new address. */
function ask(cookie?: string, address = anAddress()): Asked {
  const answered = Promise.withResolvers<void>()
  const request: RequestContext = {
    id: 'x',
    path: '/login',
    address,
    noted: new Set(),
    answered: answered.promise,
    refusal: null,
  }
  let outcome: boolean | null = null
  const asked = Promise.withResolvers<boolean>()
  runInRequest(request, () => {
    const cookies = {
      get: (name: string) => (cookie !== undefined && name === 'device' ? { value: cookie } : undefined),
    }
    waitForTurn(cookies, site).then((is) => {
      outcome = is
      asked.resolve(is)
    })
  })
  return { request, turn: asked.promise, outcome: () => outcome, answer: () => answered.resolve() }
}

async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve()
  await new Promise((resolve) => setImmediate(resolve))
}

describe('waitForTurn', () => {
  test('runs eight at a time, the next after a response, and rejects beyond 400 waiting [V15.2.2, T23]', async () => {
    const all = Array.from({ length: 408 }, () => ask())
    await settle()
    expect(all.map((one) => one.outcome()).filter((is) => is === true)).toHaveLength(8)
    expect(await ask().turn).toBe(false)

    all[0]?.answer()
    await settle()
    expect(all.map((one) => one.outcome()).filter((is) => is === true)).toHaveLength(9)
    const last = ask()
    for (const one of all) one.answer()
    expect(await last.turn).toBe(true)
    last.answer()
  })

  test('has a separate queue for known browsers, whose cookies cannot be forged [T23]', async () => {
    const strangers = Array.from({ length: 50 }, () => ask())
    const known = ask(browserOf('ada'))
    const forged = [ask(`${'0'.repeat(32)}${'A'.repeat(43)}.hash`), ask('x'), ask('')]
    expect(await known.turn).toBe(true)
    await settle()
    expect(forged.map((one) => one.outcome())).toEqual([null, null, null])
    for (const one of [...strangers, known, ...forged]) one.answer()
    await Promise.all(forged.map((one) => one.turn))
  })

  test('skips clients that are gone', async () => {
    const eight = Array.from({ length: 8 }, () => ask())
    await Promise.all(eight.map((one) => one.turn))
    const gone = ask()
    const next = ask()
    gone.answer()
    expect(await gone.turn).toBe(false)
    eight[0]?.answer()
    expect(await next.turn).toBe(true)
    for (const one of [...eight, next]) one.answer()
  })

  test('allows four places for all known browsers of one user [T23]', async () => {
    const strangers = Array.from({ length: 8 }, () => ask())
    await Promise.all(strangers.map((one) => one.turn))
    const ofMallory = Array.from({ length: 500 }, () => ask(browserOf('mallory')))
    await settle()
    expect(ofMallory.filter((one) => one.outcome() === true)).toHaveLength(4)
    const others = ['ada', 'bea', 'cleo', 'dora'].map((name) => ask(browserOf(name)))
    expect(await Promise.all(others.map((one) => one.turn))).toEqual([true, true, true, true])
    for (const one of [...strangers, ...ofMallory, ...others]) one.answer()
  })

  test.each([
    ['strangers', () => undefined],
    ['known browsers of as many accounts', (n: number) => browserOf(`account ${n}`)],
  ])('serves addresses in rotation: a thousand forms of one delay no other [T23]: %s', async (_, cookieOf) => {
    const flood = Array.from({ length: 1000 }, (_unused, n) => ask(cookieOf(n), '203.0.113.5'))
    await settle()
    expect(flood.filter((one) => one.outcome() === true)).toHaveLength(4)
    const others = Array.from({ length: 4 }, (_unused, n) => ask(cookieOf(2000 + n)))
    expect(await Promise.all(others.map((one) => one.turn))).toEqual([true, true, true, true])
    // When the queue is full, the address with most entries loses one.
    const late = Array.from({ length: 20 }, (_unused, n) => ask(cookieOf(3000 + n)))
    for (const one of [...flood, ...others]) one.answer()
    for (const one of late) {
      expect(await one.turn).toBe(true)
      one.answer()
    }
  })

  test('frees the slot before the response when the request asks for it', async () => {
    const eight = Array.from({ length: 8 }, () => ask())
    await Promise.all(eight.map((one) => one.turn))
    const next = ask()
    await settle()
    expect(next.outcome()).toBe(null)
    eight[0]?.request.endTurn?.()
    expect(await next.turn).toBe(true)
    for (const one of [...eight, next]) one.answer()
  })

  test('resolves immediately under another server', async () => {
    expect(await waitForTurn({ get: () => undefined }, site)).toBe(true)
  })
})
