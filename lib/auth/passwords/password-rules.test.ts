// The rules for new passwords as sign-up, change and reset apply them. common-passwords.test.ts tests the list.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose } from '../../composition.ts'
import { days, minutes } from '../../core/clock.ts'
import type { RequestInfo } from '../../core/mail/message.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import type { Services } from '../../services.ts'
import { aLoginClient, openTestServices, type TestServices } from '../../services-for-test.ts'
import { createBreachedPasswords } from './breached-passwords.ts'
import { ownWords } from './context-words.ts'

const root = resolve(import.meta.dirname, '../../..')
const strong = 'Lantern over the quay 47'

const jane = { password: strong, email: 'quistgaard@oakfield.example' }

let opened: TestServices
let app: Services
let id: string
beforeAll(async () => {
  opened = await openTestServices({ APP_URL: 'https://accounts.riverside.org' })
  app = opened.app
  const known = await app.accounts.signUp({ ...jane, username: 'jane.doe' })
  if (!known.ok) throw new Error(known.code)
  id = known.value.id
})
afterAll(() => opened[Symbol.asyncDispose]())

let people = 0
const signUp = (password: string, username = `somebody-${people++}`) => app.accounts.signUp({ username, password })
const signUpFault = async (password: string) => {
  const outcome = await signUp(password)
  return outcome.ok ? null : outcome.code
}
/** A reset link of another user, whose username and address the password contains. */
const newLink = async () => {
  const sister = await app.accounts.signUp({ ...jane, username: `doe-${people++}` })
  if (!sister.ok) throw new Error(sister.code)
  const started = await app.recovery.startFor(sister.value.id, by, null)
  return (started.ok && started.value.token) || ''
}
const by: RequestInfo = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null }

describe('names of the person and of the site', () => {
  const context = { ok: false, code: 'password_guessable', advice: 'context' }

  test.each(['Gatehouse-admin-2026!', 'riverside.accounts', 'Administrator1987'])(
    'refuses %s at sign-up, with the reason [V6.2.11]',
    async (password) => {
      expect(await signUp(password)).toEqual(context)
    },
  )

  test.each(['Doe1987!!', 'Quistgaard-2026', 'oakfield99'])(
    'refuses %s at a change and a reset, for it is made of who they are [V6.2.11]',
    async (password) => {
      expect(await app.accounts.changePassword(id, { current: strong, password }, aLoginClient())).toEqual(context)
      expect(await app.recovery.reset(await newLink(), password, by)).toEqual(context)
      expect(await signUpFault(`${password} umbrella`)).toBeNull()
    },
  )

  test('rejects the local part of the email address at sign-up', async () => {
    const account = { username: 'sam', email: 'tangerine@walrus.example', password: 'tangerinewalrus26' }
    expect(await app.accounts.signUp(account)).toEqual(context)
  })

  test.each(['g4teh0use2026', 'esuohetag-26'])('rejects %s, a context word in disguise', async (password) => {
    expect(await signUp(password)).toMatchObject({ code: 'password_guessable' })
  })

  test('documents all of the site’s words [V6.1.2]', () => {
    const documented = readFileSync(resolve(root, 'docs/passwords.md'), 'utf8')
    for (const word of ownWords) expect(documented).toContain(`\`${word}\``)
  })
})

describe('characters and lengths', () => {
  const emoji = Array.from({ length: 256 }, (_, at) => String.fromCodePoint(0x1f400 + ((at * 37) % 256))).join('')
  const first = (count: number) => [...emoji].slice(0, count).join('')

  test.each([
    ['four words with spaces', 'tangerine walrus umbrella quay'],
    ['four times four letters', 'aaaa bbbb cccc dddd'],
    ['digits alone', '8471093254417'],
    ['emoji alone', first(15)],
    ['small letters alone', 'quaytangerinewalrus'],
  ])('takes %s: nothing has to be mixed [V6.2.5]', async (_, password) => {
    expect(await signUpFault(password)).toBeNull()
  })

  test.each([64, 128, 256])('accepts %i code points of four bytes each [V6.2.9]', async (count) => {
    expect([...first(count)]).toHaveLength(count)
    expect(await signUpFault(first(count))).toBeNull()
  })

  test('rejects 257 code points instead of truncating them [V6.2.9]', async () => {
    expect(await signUp(`${emoji}x`)).toEqual({ ok: false, code: 'password_long', max: 256 })
  })

  test('rejects 7 code points of any byte length and accepts 8 [V6.2.1]', async () => {
    expect(await signUp(first(7))).toEqual({ ok: false, code: 'password_short', min: 8 })
    expect(await signUpFault(first(8))).toBeNull()
  })

  test('rejects less than the configured minimum and accepts exactly that [V6.2.1]', async () => {
    await using strict = await openTestServices({ PASSWORD_MIN_LENGTH: '15' })
    const { accounts } = strict.app
    const short = await accounts.signUp({ username: 'alice', password: first(14) })
    expect(short).toEqual({ ok: false, code: 'password_short', min: 15 })
    expect(await accounts.signUp({ username: 'alice', password: first(15) })).toMatchObject({ ok: true })
  })

  test.each([
    ['a lone surrogate', '\ud800 tangerine walrus'],
    ['another lone surrogate', 'tangerine walrus \udc01'],
    ['what stands for text that was lost', 'tangerine \ufffd walrus'],
  ])('refuses %s, for different passwords would become the same bytes [V6.2.8, T25]', async (_, password) => {
    expect(await signUpFault(password)).toBe('password_characters')
  })
})

describe('the password as typed', () => {
  const beyond72 = `${'é tangerine walrus '.repeat(5)}end`
  const set = [' Käse und Brot für 7 Füchse ', 'plain｜password tangerine', 'tangerine \u0000 walrus quay', beyond72]

  test.each(set)('only %j opens the account [V6.2.8, T25]', async (password) => {
    const username = `exact-${people++}`
    const { accounts } = app
    expect(await accounts.signUp({ username, password })).toMatchObject({ ok: true })
    const { id } = await accounts.identify(username, aLoginClient())
    const codeOf = async (tried: string) => {
      // Rate limits are off: lockout has its own test.
      await app.lockout.settle()
      await accounts.unlock(id ?? '')
      await app.rateLimits.forget(countedAddress(aLoginClient().by.address))
      const found = await accounts.checkCredentials(username, tried, aLoginClient())
      return found.ok ? 'ok' : found.code
    }
    // The same text in two normal forms, as keyboards differ. NIST SP 800-63B-4, 3.1.1.2, asks to normalize it.
    expect(await codeOf(password.normalize('NFD'))).toBe('ok')
    expect(await codeOf(password)).toBe('ok')
    const others = [
      ...[`${password} `, ` ${password}`, password.trimEnd().slice(0, -1), password.toUpperCase()],
      ...[password.replace('p', 'ｐ'), password.normalize('NFKC'), password.split('\u0000')[0] ?? ''],
      Buffer.from(password).subarray(0, 72).toString(),
    ]
    for (const other of others.filter((text) => text.normalize('NFC') !== password.normalize('NFC'))) {
      expect(await codeOf(other), other).toBe('credentials_wrong')
    }
  })
})

describe('published passwords', () => {
  test('are rejected at sign-up, change and reset when a service is configured [V6.2.12]', async () => {
    const published = 'Correct tangerine 4 battery'
    const suffix = createHash('sha1').update(published).digest('hex').slice(5).toUpperCase()
    const server = createServer((_, response) => response.end(`${suffix}:7`)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`
    await using asking = await openTestServices({ BREACHED_PASSWORDS: url })
    const breachedPasswords = createBreachedPasswords({ url, log: asking.app.log, timeoutMs: minutes(1) })
    const { accounts, recovery } = compose({ ...asking.app, breached: breachedPasswords })
    const breached = { ok: false, code: 'password_breached' }
    expect(await accounts.signUp({ username: 'alice', password: published })).toEqual(breached)
    const alice = await accounts.signUp({ username: 'alice', password: strong })
    if (!alice.ok) throw new Error(alice.code)
    const change = { current: strong, password: published }
    expect(await accounts.changePassword(alice.value.id, change, aLoginClient())).toEqual(breached)
    const started = await recovery.startFor(alice.value.id, by, null)
    const token = started.ok ? started.value.token : null
    expect(await recovery.reset(token ?? '', published, by)).toEqual(breached)
    server.closeAllConnections()
    server.close()
  })
})

test('a password does not expire: it still works two years later [V6.2.10]', async () => {
  await using old = await openTestServices()
  await old.app.accounts.signUp({ username: 'alice', password: strong })
  old.advance(days(730))
  expect(await old.app.accounts.checkCredentials('alice', strong, aLoginClient())).toMatchObject({ ok: true })
})
