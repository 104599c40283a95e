import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { wasAdmin } from '../auth/former-admins.ts'
import { openTestServices, type TestServices } from '../services-for-test.ts'
import { aUser } from '../stores/contract/samples.ts'
import { minutes } from './clock.ts'
import { keyedHash } from './crypto/keyed-hash.ts'
import { oneTimeTokens } from './one-time-tokens.ts'

let opened: TestServices
beforeEach(async () => {
  opened = await openTestServices()
})
afterEach(() => opened[Symbol.asyncDispose]())

const open = (purpose = 'ticket', several?: true) =>
  oneTimeTokens({
    store: opened.app.stores.tokens,
    clock: opened.app.clock,
    purpose,
    lifeMs: minutes(5),
    detail: z.strictObject({ seat: z.int() }),
    ...(several && { several }),
  })

describe('oneTimeTokens', () => {
  test('returns a secret that finds its token until the token expires', async () => {
    const { secret, token } = await open().issue('alice', { seat: 7 }, { issuedBy: 'bob' })
    expect(token).toMatchObject({ subject: 'alice', detail: { seat: 7 }, issuedBy: 'bob' })
    expect(await open().find(secret)).toEqual(token)
    expect(await open('other').find(secret)).toBeNull()
    expect(await open().find('alice')).toBeNull()
    opened.advance(minutes(5))
    expect(await open().find(secret)).toBeNull()
  })

  test('gives a token to one of twenty concurrent callers', async () => {
    const { secret } = await open().issue('alice', { seat: 7 })
    const taken = await Promise.all(Array.from({ length: 20 }, () => open().take(secret)))
    expect(taken.filter((token) => token !== null)).toMatchObject([{ detail: { seat: 7 } }])
  })

  test('replaces the token of the subject, unless a subject may have several', async () => {
    for (const several of [undefined, true] as const) {
      const tokens = open(`ticket ${several}`, several)
      const first = await tokens.issue('alice', { seat: 1 })
      await tokens.issue('alice', { seat: 2 })
      await tokens.issue('bob', { seat: 3 })
      expect((await tokens.find(first.secret))?.subject).toBe(several && 'alice')
      expect(await tokens.list(10)).toHaveLength(several ? 3 : 2)
    }
  })

  test('finds a token without a secret by its subject', async () => {
    await open().put('alice', { seat: 1 })
    await open().put('alice', { seat: 2 })
    expect(await open().take('alice')).toMatchObject({ subject: 'alice', detail: { seat: 2 }, issuedBy: null })
    expect(await open().find('alice')).toBeNull()
  })

  test('withdraws a token by the id of its record', async () => {
    const { secret, token } = await open().issue('alice', { seat: 7 })
    expect(await open().withdraw(token.id)).toBe(true)
    expect(await open().withdraw(token.id)).toBe(false)
    expect(await open().find(secret)).toBeNull()
  })

  test.each(['', 'no JSON', '{"seat":"7"}', '{"seat":7,"row":1}'])('reads a detail of %j as absent', async (detail) => {
    const { secret, token } = await open().issue('alice', { seat: 7 })
    await opened.app.stores.tokens.put({ ...token, purpose: 'ticket', detail })
    expect(await open().find(secret)).toBeNull()
    expect(await open().list(10)).toEqual([])
    expect(await open().take(secret)).toBeNull()
  })
})

describe('a token that version 0.1 stored', () => {
  const addAdmin = () => opened.app.stores.users.insert(aUser({ id: 'ada', username: 'ada', role: 'admin' }))
  beforeEach(async () => {
    await opened.app.stores.users.insert(
      aUser({ id: 'bob', username: 'bob', email: 'bob@example.org', emailVerifiedAt: 1, newEmail: 'new@example.org' }),
    )
  })
  const claim = '{"email":"bob@example.org","verifiedAt":1,"generation":0}'
  const by = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null } as const

  /** `key` is the secret, or the subject of a token without one. */
  async function store(purpose: string, key: string, subject: string, detail: string) {
    const id = createHash('sha256').update(`${purpose} ${key}`).digest('hex')
    const createdAt = opened.app.clock()
    const life = { createdAt, expiresAt: createdAt + minutes(5) }
    await opened.app.stores.tokens.put({ id, purpose, subject, detail, ...life, issuedBy: null })
  }

  test('in a link still works', async () => {
    const { recovery, invitations, setup } = opened.app
    await store('reset-password', 'secret', 'bob 0123', claim)
    await store('disown', 'secret', 'bob 4567', claim)
    await store('invitation', 'secret', '89ab', '{"role":"guest","email":null,"by":"ada"}')
    await store('setup', 'secret', 'first-admin', '')
    expect(await setup.isGood('secret')).toBe(true)
    await addAdmin()
    expect(await recovery.find('secret')).toEqual({ username: 'bob' })
    expect(await recovery.findNotice('secret')).toEqual({ username: 'bob' })
    expect(await invitations.find('secret')).toMatchObject({ role: 'guest', email: null, by: 'ada' })
  })

  test('for a code, a form, a view as another user and a former admin is still found', async () => {
    const { addresses, formDrafts, impersonations, stores, sessionSecrets, clock } = opened.app
    const hash = keyedHash('["bob","new@example.org","12345678"]', 'verify-email', sessionSecrets)
    await store('verify-email', 'bob', 'bob', JSON.stringify({ address: 'new@example.org', hash }))
    await store('kept-form', 'session', 'session', '{"path":"/profile","tag":"","fields":{"bio":"Hi"}}')
    await store('look', 'session', 'session', '{"adminId":"ada","userId":"bob"}')
    await store('former-admin', 'bob', 'bob', '')
    expect(await addresses.verify('bob', '12345678', by)).toEqual({ ok: true, value: 'changed' })
    expect(await formDrafts.find('session', '/profile')).toEqual({ bio: 'Hi' })
    expect(await impersonations.find('session')).toMatchObject({ adminId: 'ada', userId: 'bob' })
    expect(await wasAdmin(stores.tokens, 'bob', clock())).toBe(true)
  })
})
