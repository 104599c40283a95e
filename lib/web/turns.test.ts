import { describe, expect, test } from 'vitest'
import { readSettings } from '../config.ts'
import { type RequestContext, runInRequest } from '../request-context.ts'
import { writeDevice } from './device-name.ts'
import { waitForTurn } from './turns.ts'

const site = { settings: readSettings({}), sessionSecrets: ['a'.repeat(43)] }
const nameOf = (digit: string) => writeDevice({ id: digit.repeat(32), marks: ['mark'] }, site.sessionSecrets)
const device = nameOf('0')

interface Asked {
  turn: Promise<boolean>
  /** Null until it is known. */
  outcome(): boolean | null
  answer(): void
}

function ask(cookie?: string): Asked {
  const answered = Promise.withResolvers<void>()
  const request: RequestContext = {
    id: 'x',
    path: '/login',
    address: '',
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
  return { turn: asked.promise, outcome: () => outcome, answer: () => answered.resolve() }
}

async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve()
  await new Promise((resolve) => setImmediate(resolve))
}

describe('waitForTurn', () => {
  test('lets eight at a time through, the next when one is answered, and turns away who comes behind 400 [V15.2.2, T23]', async () => {
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

  test('keeps a line apart for browsers that somebody logged in with, which only this site can name [T23]', async () => {
    const strangers = Array.from({ length: 50 }, () => ask())
    const known = ask(device)
    const forged = [ask(`${'0'.repeat(32)}${'A'.repeat(43)}.hash`), ask('x'), ask('')]
    expect(await known.turn).toBe(true)
    await settle()
    expect(forged.map((one) => one.outcome())).toEqual([null, null, null])
    for (const one of [...strangers, known, ...forged]) one.answer()
    await Promise.all(forged.map((one) => one.turn))
  })

  test('works for nobody who is gone, and lets one browser have four places of the line for known ones [T23]', async () => {
    const eight = Array.from({ length: 8 }, () => ask())
    await Promise.all(eight.map((one) => one.turn))
    const gone = ask()
    gone.answer()
    await settle()
    eight[0]?.answer()
    expect(await gone.turn).toBe(false)

    const busy = Array.from({ length: 7 }, () => ask(device))
    await settle()
    expect(busy.map((one) => one.outcome())).toEqual([true, true, true, true, true, null, null])
    expect(await ask(nameOf('1')).turn).toBe(true)
    for (const one of [...eight, ...busy]) one.answer()
  })

  test('is at once where another server than ours answers', async () => {
    expect(await waitForTurn({ get: () => undefined }, site)).toBe(true)
  })
})
