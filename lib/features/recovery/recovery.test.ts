import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { passkeyUseId } from '../../auth/credential-uses.ts'
import { nextChangeTime } from '../../auth/factors.ts'
import { days, hours } from '../../core/clock.ts'
import { execute } from '../../core/command.ts'
import { createPasswordHasher } from '../../core/crypto/password.ts'
import type { AlertKind, Message } from '../../core/mail/message.ts'
import {
  aLoginClient,
  openTestServices,
  type StoreName,
  storeNames,
  type TestServices,
} from '../../services-for-test.ts'
import { aPasskey, aUser } from '../../stores/contract/samples.ts'
import type { Passkey, UserRecord } from '../../stores/types.ts'
import { resetPassword } from './commands.ts'

const by = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null } as const
const reader = { locale: null, timeZone: null }
const password = 'tangerine-walrus-umbrella'
const another = 'marmalade-teapot-lighthouse'

/** Made once: a sign-up would rate and hash the password for each test. */
const hashed = await createPasswordHasher().hash(password)
const passwordHash = hashed.ok ? hashed.value : ''

let opened: TestServices
let posted: Message[]
let alice: string

async function open(store: StoreName = 'JSON') {
  opened = await openTestServices({}, store)
  posted = []
  const { app } = opened
  vi.spyOn(app.mail, 'post').mockImplementation(async (message) => void posted.push(message))
  const user = aUser({ username: 'alice', passwordHash, email: 'Alice@example.org', emailVerifiedAt: 1 })
  alice = user.id
  await app.stores.users.insert(user)
  await app.sessions.start(alice)
}
afterEach(() => opened[Symbol.asyncDispose]())

const ask = async (name = 'alice'): Promise<string> => {
  await opened.app.recovery.ask(name, by)
  return tokenOf('reset-password')
}
const tokenOf = (kind: Message['kind']): string => {
  const found = posted.findLast((message) => message.kind === kind)
  return found !== undefined && 'token' in found ? found.token : ''
}
const reset = (token: string, chosen = another) => opened.app.recovery.reset(token, chosen, by)
const logsIn = async (chosen: string) =>
  (await opened.app.accounts.checkCredentials('alice', chosen, aLoginClient())).ok
const sessionCount = async () => (await opened.app.sessions.list(alice)).length
const change = (fields: object) => opened.app.stores.users.update(alice, fields)
const isVoid = { ok: false, code: 'link_void' }

describe.each(storeNames)('a forgotten password on %s', (store) => {
  beforeEach(() => open(store))

  test('is replaced through a mailed link, once; all sessions end, and the owner gets an alert [V6.3.7, V7.4.3, V6.5.1]', async () => {
    const token = await ask()
    expect(posted).toEqual([{ kind: 'reset-password', to: 'Alice@example.org', username: 'alice', token, by, reader }])
    expect(await opened.app.recovery.find(token)).toEqual({ username: 'alice' })
    expect(await sessionCount()).toBe(1)
    expect(await reset(token)).toMatchObject({ ok: true })
    expect([await logsIn(another), await logsIn(password), await sessionCount()]).toEqual([true, false, 0])
    expect(posted.at(-1)).toMatchObject({ kind: 'password-changed', to: 'Alice@example.org' })
    expect(await reset(token)).toEqual(isVoid)
    expect(await opened.app.recovery.find(token)).toBeNull()
  })

  test('is set by one of twenty parallel uses of the link [V2.3.4, V6.5.1, T28]', async () => {
    const token = await ask()
    const chosen = Array.from({ length: 20 }, (_, n) => `${another} ${n}`)
    const answers = await Promise.all(chosen.map((one) => reset(token, one)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await logsIn(chosen[answers.findIndex(({ ok }) => ok)] ?? '')).toBe(true)
  })
})

describe('a reset link', () => {
  beforeEach(() => open())

  test.each(['alice', ' ALICE ', 'alice@EXAMPLE.org'])('is sent for the name %j', async (name) => {
    expect(await ask(name)).not.toBe('')
  })

  test.each(['bob', 'bob@example.org', '@', '', '__proto__', 'alice@example.org\0'])(
    'is not sent for %j',
    async (name) => {
      await ask(name)
      expect(posted).toEqual([])
    },
  )

  test.each([
    ['has no verified address', { emailVerifiedAt: null }],
    ['has no address', { email: null, emailVerifiedAt: null }],
    ['was deleted by an administrator', { status: 'suspended', deletedAt: 5 }],
  ])('is not sent to a user who %s', async (_, fields) => {
    await change(fields)
    await ask()
    expect(posted).toEqual([])
  })

  test('is valid for an hour [T28]', async () => {
    const token = await ask()
    opened.advance(hours(1) - 1)
    expect(await opened.app.recovery.find(token)).not.toBeNull()
    opened.advance(1)
    expect(await reset(token)).toEqual(isVoid)
  })

  test.each([
    ['an administrator deletes the account', { status: 'suspended', deletedAt: 5 }],
    ['the account is recovered in another way', { recoveryGeneration: 1, recoveryAddressVerifiedAt: 1 }],
  ])('is void once %s', async (_, fields) => {
    const token = await ask()
    await change(fields)
    expect(await reset(token)).toEqual(isVoid)
    expect(await opened.app.recovery.find(token)).toBeNull()
  })

  test.each([
    ['the password', { passwordChangedAt: 5 }],
    ['the address', { email: 'thief@example.net', emailVerifiedAt: 9 }],
    ['whether there is an address', { email: null, emailVerifiedAt: null }],
  ])('survives a change of %s, and restores the address that it was sent to', async (_, fields) => {
    const token = await ask()
    await change(fields)
    expect(await reset(token)).toMatchObject({ ok: true })
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ email: 'Alice@example.org', emailVerifiedAt: 1 })
    expect(await logsIn(another)).toBe(true)
  })

  test('is void for an address that an older one replaced', async () => {
    await change({ email: 'thief@example.net', emailVerifiedAt: 9 })
    const token = await ask()
    await change({ email: 'Alice@example.org', emailVerifiedAt: 1 })
    expect(await reset(token)).toEqual(isVoid)
  })

  test('leaves a suspended user suspended', async () => {
    await change({ status: 'suspended', suspendReason: 'spam' })
    expect(await reset(await ask())).toMatchObject({ ok: true })
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ status: 'suspended', suspendReason: 'spam' })
    await change({ status: 'active' })
    expect(await logsIn(another)).toBe(true)
  })

  test('stays valid when others are sent, and voids those when used [T28]', async () => {
    const [first, second, third] = [await ask(), await ask(), await ask()]
    expect(await reset(second)).toMatchObject({ ok: true })
    expect(await reset(first)).toEqual(isVoid)
    expect(await reset(third)).toEqual(isVoid)
  })

  test('stays valid after a rejected password', async () => {
    const token = await ask()
    expect(await reset(token, 'password123')).toMatchObject({ ok: false, code: 'password_guessable' })
    expect(await reset(token)).toMatchObject({ ok: true })
  })

  test('is stored only as a hash [V6.5.2, V14.2.4, T28]', async () => {
    const token = await ask()
    expect(JSON.stringify(await Array.fromAsync(opened.app.stores.dump()))).not.toContain(token)
  })
})

describe('"this was not me"', () => {
  beforeEach(() => open())
  /** The secret in an alert to the present address. */
  const tell = async () => {
    const user = await opened.app.stores.users.find(alice)
    if (user !== null) await opened.app.alerts.tell(user, 'address-changed', by)
    return tokenOf('address-changed')
  }
  const reportCompromise = (token: string) => opened.app.recovery.reportCompromise(token, by)

  test('restores the address, ends all sessions and starts a reset, once', async () => {
    const token = await tell()
    await change({ email: 'thief@example.net', newEmail: 'second@example.net', emailVerifiedAt: 9 })
    expect(await opened.app.recovery.findNotice(token)).toEqual({ username: 'alice' })
    expect(await reportCompromise(token)).toMatchObject({ ok: true, value: { userId: alice, isMailed: true } })
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ email: 'Alice@example.org', newEmail: null })
    expect(await logsIn(password)).toBe(false)
    expect(await sessionCount()).toBe(0)
    expect(posted.at(-1)).toMatchObject({ kind: 'reset-started', to: 'Alice@example.org' })
    expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
    expect(await reportCompromise(token)).toEqual(isVoid)
  })

  test('works for the owner after an attacker changed the address twice', async () => {
    const token = await tell()
    await change({ email: 'thief@example.net', emailVerifiedAt: 5 })
    await tell()
    await change({ email: 'second@example.net', emailVerifiedAt: 6 })
    await reportCompromise(token)
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ email: 'Alice@example.org' })
  })

  test('restores a deleted account', async () => {
    const token = await tell()
    await opened.app.accountDeletion.delete(alice)
    await reportCompromise(token)
    expect(await opened.app.accounts.findActive(alice)).not.toBeNull()
  })

  test('voids the password and says so if another account has the address by now', async () => {
    const token = await tell()
    await change({ email: 'thief@example.net', emailVerifiedAt: 9 })
    await opened.addPerson('bob')
    await opened.app.stores.users.changeEmail('bob', { email: 'alice@example.org', emailVerifiedAt: 7 })
    posted.length = 0
    expect(await reportCompromise(token)).toMatchObject({ ok: true, value: { userId: alice, isMailed: false } })
    expect([await sessionCount(), await logsIn(password)]).toEqual([0, false])
    expect(posted.map(({ kind, to }) => [kind, to])).toEqual([['address-replaced', 'thief@example.net']])
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ email: null, emailVerifiedAt: null })
    expect(await opened.app.stores.users.find('bob')).toMatchObject({ email: 'alice@example.org' })
  })

  test('alerts the address that it replaces, without a report link', async () => {
    const token = await tell()
    await change({ email: 'thief@example.net', emailVerifiedAt: 9 })
    await reportCompromise(token)
    const told = posted.find(({ to }) => to === 'thief@example.net')
    expect(told).toMatchObject({ kind: 'address-replaced', username: 'alice', by })
    expect(told).not.toHaveProperty('token')
  })

  test('does not restore an administrator’s deletion, and keeps a suspension', async () => {
    const token = await tell()
    await change({ status: 'suspended', deletedAt: 5 })
    expect(await opened.app.recovery.findNotice(token)).toBeNull()
    expect(await reportCompromise(token)).toEqual(isVoid)
    const again = await (async () => {
      await change({ deletedAt: null })
      return tell()
    })()
    expect(await reportCompromise(again)).toMatchObject({ ok: true })
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ status: 'suspended' })
  })

  test('is valid for 72 hours', async () => {
    const token = await tell()
    opened.advance(hours(72))
    expect(await opened.app.recovery.findNotice(token)).toBeNull()
    expect(await reportCompromise(token)).toEqual(isVoid)
  })
})

describe.each(storeNames)('against an attacker who knows the password, on %s', (store) => {
  beforeEach(() => open(store))
  const tell = async (kind: AlertKind = 'password-changed') => {
    const user = await opened.app.stores.users.find(alice)
    if (user !== null) await opened.app.alerts.tell(user, kind, by)
    return tokenOf(kind)
  }
  const reportCompromise = (token: string) => opened.app.recovery.reportCompromise(token, by)
  /** Logs in and changes the password. */
  const thiefChangesPassword = async () => {
    if (!(await logsIn(password))) return false
    const changed = await opened.app.accounts.changePassword(
      alice,
      { current: password, password: 'lighthouse-keeper-harpsichord' },
      aLoginClient(),
    )
    return changed.ok
  }
  const address = async () => (await opened.app.stores.users.find(alice))?.email

  test('"this was not me" voids the password, and no log-in can void its link', async () => {
    await reportCompromise(await tell())
    const link = tokenOf('reset-started')
    expect(await thiefChangesPassword()).toBe(false)
    expect(await reset(link)).toMatchObject({ ok: true })
  })

  test('a reset wins against password changes, which are limited to five an hour', async () => {
    const link = await ask()
    let [current, next] = [password, 'lighthouse-keeper-harpsichord']
    for (let change = 1; change <= 6; change += 1) {
      const changed = await opened.app.accounts.changePassword(alice, { current, password: next }, aLoginClient())
      if (change === 6) expect(changed).toMatchObject({ ok: false, code: 'password_change_too_often' })
      else expect(changed.ok, `change ${change}`).toBe(true)
      ;[current, next] = [next, `lighthouse-keeper-harpsichord ${change}`]
    }
    expect(await reset(link)).toMatchObject({ ok: true })
    expect(await logsIn(another)).toBe(true)
  })

  test('a reset by an administrator voids password and sessions immediately', async () => {
    const started = await opened.app.recovery.startFor(alice, by, null)
    expect(started).toEqual({ ok: true, value: { token: null } })
    expect([await sessionCount(), await logsIn(password), await thiefChangesPassword()]).toEqual([0, false, false])
    expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
  })

  test('a handed-over reset works for a suspended user, who stays suspended', async () => {
    await change({ email: null, emailVerifiedAt: null, status: 'suspended' })
    const started = await opened.app.recovery.startFor(alice, by, null)
    const token = started.ok ? (started.value.token ?? '') : ''
    expect(await reset(token)).toMatchObject({ ok: true })
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ status: 'suspended' })
  })

  test('links to an address that the attacker verified are void after "this was not me" and a reset', async () => {
    const own = await tell('address-changed')
    await change({ email: 'thief@example.net', emailVerifiedAt: 50 })
    const thiefs = [await tell('address-changed'), await tell('address-removed'), await tell()]
    const thiefsLink = await ask()
    await change({ email: 'second@example.net', emailVerifiedAt: 60 })
    thiefs.push(await tell())
    expect(await reportCompromise(own)).toMatchObject({ ok: true })
    expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
    for (const token of thiefs) {
      expect(await opened.app.recovery.findNotice(token)).toBeNull()
      expect(await reportCompromise(token)).toEqual(isVoid)
    }
    expect(await reset(thiefsLink)).toEqual(isVoid)
    expect([await address(), await logsIn(another)]).toEqual(['Alice@example.org', true])
  })

  test('an attacker who uses "this was not me" or a reset first does not lock the owner out', async () => {
    const own = await tell('address-changed')
    await change({ email: 'thief@example.net', emailVerifiedAt: 50 })
    const thiefs = await tell('address-changed')
    await change({ email: 'second@example.net', emailVerifiedAt: 60 })
    expect(await reportCompromise(thiefs)).toMatchObject({ ok: true })
    expect(await address()).toBe('thief@example.net')
    expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
    expect(await reportCompromise(own)).toMatchObject({ ok: true })
    expect([await address(), await logsIn(another)]).toEqual(['Alice@example.org', false])
  })

  test('a code from before the recovery is void after it', async () => {
    await opened.app.addresses.add(alice, 'thief@example.net', by)
    const sent = posted.find(({ kind }) => kind === 'verify-email')
    const code = sent !== undefined && 'code' in sent ? sent.code : ''
    expect(code).toMatch(/^\d{8}$/)
    await reportCompromise(await tell())
    // The attacker entered the address again, which sends another code.
    await change({ newEmail: 'thief@example.net' })
    expect(await opened.app.addresses.verify(alice, code, by)).toEqual({ ok: false, code: 'code_void' })
  })

  async function takeAddress(email: string): Promise<void> {
    await opened.app.rateLimits.forget(alice)
    await opened.app.addresses.add(alice, email, by)
    const sent = posted.findLast(({ kind }) => kind === 'verify-email')
    const code = sent !== undefined && 'code' in sent ? sent.code : ''
    expect(await opened.app.addresses.verify(alice, code, by)).toMatchObject({ ok: true })
  }

  test.each([
    ['takes the own address again', () => takeAddress('alice@example.org')],
    ['removes it', async () => void (await opened.app.addresses.remove(alice, by))],
  ])('the attacker’s address cannot recover the account once the owner %s', async (_, giveUp) => {
    await takeAddress('thief@example.net')
    const own = tokenOf('address-changed')
    const thiefsLink = await ask()
    const thiefs = await tell()
    posted.length = 0
    await giveUp()
    const told = posted.findLast(({ kind }) => kind === 'address-changed' || kind === 'address-removed')
    for (const token of [thiefs, told !== undefined && 'token' in told ? told.token : '']) {
      expect(await opened.app.recovery.findNotice(token)).toBeNull()
      expect(await reportCompromise(token)).toEqual(isVoid)
    }
    expect(await reset(thiefsLink)).toEqual(isVoid)
    expect(await logsIn(password)).toBe(true)
    expect(await reportCompromise(own)).toMatchObject({ ok: true, value: { isMailed: true } })
    expect((await address())?.toLowerCase()).toBe('alice@example.org')
  })

  test('the attacker’s address cannot recover the account when it is removed after three days', async () => {
    await takeAddress('thief@example.net')
    opened.advance(hours(70))
    await opened.app.addresses.remove(alice, by)
    const told = tokenOf('address-removed')
    opened.advance(hours(3))
    expect(await reportCompromise(told)).toEqual(isVoid)
  })

  test('a reset goes to the owner’s address while the account has the attacker’s, even when deleted', async () => {
    await takeAddress('thief@example.net')
    expect(await opened.app.accountDeletion.delete(alice)).toMatchObject({ ok: true })
    posted.length = 0
    expect(await opened.app.recovery.startFor(alice, by, null)).toEqual({ ok: true, value: { token: null } })
    expect(posted.map((message) => 'to' in message && message.to)).toEqual(['Alice@example.org'])
    expect(await logsIn(password)).toBe(false)
    expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
    expect([await address(), await logsIn(another)]).toEqual(['Alice@example.org', true])
  })

  test('a forgotten-password link also goes to the owner’s address while the account has the attacker’s', async () => {
    await takeAddress('thief@example.net')
    posted.length = 0
    await ask()
    expect(posted.map((message) => 'to' in message && message.to)).toEqual(['Alice@example.org', 'thief@example.net'])
  })

  test('the owner’s address can recover the account after the attacker removes it or replaces it twice', async () => {
    await opened.app.addresses.remove(alice, by)
    await takeAddress('thief@example.net')
    await takeAddress('second@example.net')
    expect(await reportCompromise(tokenOf('address-removed'))).toMatchObject({ ok: true, value: { isMailed: true } })
    expect(await address()).toBe('Alice@example.org')
  })

  describe('who adds a second factor', () => {
    /** As the features do it: in one update that voids other sessions. */
    async function add(factor: { totp?: UserRecord['totp']; passkeys?: Passkey[] }): Promise<void> {
      const user = await found()
      const factorsChangedAt = nextChangeTime(user.factorsChangedAt, opened.app.clock())
      const recoveryCodes = [{ beginning: 'ab', hash: 'x' }]
      await change({ recoveryCodes, ...factor, factorsChangedAt })
    }
    const found = async () => (await opened.app.stores.users.find(alice)) as UserRecord
    const anApp = () => ({ sealed: 'sealed', createdAt: opened.app.clock() })
    const factors = async () => {
      const { totp, passkeys, recoveryCodes } = await found()
      return { app: totp !== null, passkeys: passkeys.map(({ name }) => name), codes: recoveryCodes.length }
    }
    const nothing = { app: false, passkeys: [], codes: 0 }
    const thiefsPasskey = (overrides: Partial<Passkey> = {}) =>
      aPasskey({ name: 'thief', createdAt: opened.app.clock(), ...overrides })

    test.each([
      ['an app', 'two-factor-on', () => add({ totp: anApp() })],
      ['a passkey', 'passkey-added', () => add({ passkeys: [thiefsPasskey()] })],
      ['an automatic passkey', 'passkey-added', () => add({ passkeys: [thiefsPasskey({ isAutomatic: true })] })],
    ] as const)('loses it when the owner reports the alert about %s [V6.4.4]', async (_, kind, addIt) => {
      const { app } = opened
      await addIt()
      const { factorsChangedAt } = await found()
      const { session } = await app.sessions.start(alice, { passwordChangedAt: null, factorsChangedAt })
      await app.stores.credentialUses.advance({ id: passkeyUseId(aPasskey().id), userId: alice, mark: 1, usedAt: 1 })
      const token = await tell(kind)
      expect(await reportCompromise(token)).toMatchObject({ ok: true, value: { isMailed: true, removedFactors: true } })
      expect(await factors()).toEqual(nothing)
      expect(await app.stores.credentialUses.listByUser(alice)).toEqual([])
      expect(await app.accounts.findOwner(session)).toMatchObject({ ok: false })
      expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
      const logIn = { username: 'alice', client: aLoginClient(), rememberedTokens: [] }
      expect(await app.auth.start({ ...logIn, password: another })).toMatchObject({ value: { next: 'session' } })
    })

    test('loses all of them by any alert of the last 72 hours, and the owner keeps earlier ones', async () => {
      const own = { totp: anApp(), passkeys: [thiefsPasskey({ id: 'own', name: 'own' })] }
      await add(own)
      opened.advance(hours(72) + 1)
      await add({ passkeys: [...own.passkeys, thiefsPasskey({ id: 'first' })] })
      opened.advance(hours(71))
      const token = await tell('new-device')
      await add({ passkeys: [...(await found()).passkeys, thiefsPasskey({ id: 'second' })] })
      await reportCompromise(token)
      expect(await factors()).toEqual({ app: true, passkeys: ['own'], codes: 0 })
    })

    test('or only makes new recovery codes loses those, and the owner keeps the app', async () => {
      await add({ totp: anApp() })
      opened.advance(hours(72) + 1)
      const kept = await tell('new-device')
      await reportCompromise(kept)
      expect(await factors(), 'no factor changed in 72 hours').toMatchObject({ app: true, codes: 1 })
      opened.advance(hours(72) + 1)
      await add({})
      await reportCompromise(await tell('recovery-codes-new'))
      expect(await factors()).toMatchObject({ app: true, codes: 0 })
    })

    test('loses it even if the owner first resets the password, which keeps it [V6.4.3]', async () => {
      await add({ passkeys: [thiefsPasskey()] })
      const [alert, other] = [await tell('passkey-added'), await tell()]
      expect(await reset(await ask())).toMatchObject({ ok: true })
      expect(await factors()).toMatchObject({ passkeys: ['thief'] })
      expect(await opened.app.recovery.findNotice(alert)).toEqual({ username: 'alice' })
      expect(await reportCompromise(alert)).toMatchObject({ ok: true })
      expect(await factors()).toEqual(nothing)
      expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
      expect(await reportCompromise(other)).toEqual(isVoid)
    })

    test('and replaces the address loses it when the owner’s address resets the password', async () => {
      await add({ totp: anApp() })
      await takeAddress('thief@example.net')
      await ask()
      const owners = posted.find(({ kind, to }) => kind === 'reset-password' && to === 'Alice@example.org')
      expect(await reset(owners !== undefined && 'token' in owners ? owners.token : '')).toMatchObject({ ok: true })
      expect([await factors(), await address()]).toEqual([nothing, 'Alice@example.org'])
    })

    test('adds none while the owner reports it', async () => {
      const before = await found()
      const token = await tell()
      await reportCompromise(token)
      const late = { passkeys: [thiefsPasskey()] }
      const { factorsChangedAt } = before
      expect(await opened.app.stores.users.update(alice, late, { factorsChangedAt })).toBeNull()
    })
  })

  test('a later verification counts as later even if the clock went back', async () => {
    await change({ emailVerifiedAt: Date.now() + days(30) })
    await takeAddress('thief@example.net')
    const own = tokenOf('address-changed')
    expect(await reportCompromise(await tell())).toMatchObject({ ok: true })
    expect(await reportCompromise(own)).toMatchObject({ ok: true })
    expect(await address()).toBe('Alice@example.org')
  })

  test('the operator can remove an attacker’s address that is the account’s first', async () => {
    await change({ email: 'thief@example.net', emailVerifiedAt: 50 })
    const thiefs = await tell('address-changed')
    const thiefsLink = await ask()
    const started = await opened.app.recovery.startFor(alice, by, null, { withoutAddress: true })
    const token = started.ok ? (started.value.token ?? '') : ''
    expect(await reportCompromise(thiefs)).toEqual(isVoid)
    expect(await reset(thiefsLink)).toEqual(isVoid)
    expect(await reset(token)).toMatchObject({ ok: true })
    expect([await address(), await logsIn(another)]).toEqual([null, true])
  })

  test('a link still works after the store failed at its first use', async () => {
    const notice = await tell()
    vi.spyOn(opened.app.stores.users, 'changeEmail').mockRejectedValueOnce(new Error('no room'))
    await expect(reportCompromise(notice)).rejects.toThrow('no room')
    expect(await reportCompromise(notice)).toMatchObject({ ok: true })
    expect(await reportCompromise(notice)).toEqual(isVoid)
    const link = tokenOf('reset-started')
    vi.spyOn(opened.app.stores.users, 'changeEmail').mockRejectedValueOnce(new Error('no room'))
    await expect(reset(link)).rejects.toThrow('no room')
    expect(await reset(link)).toMatchObject({ ok: true })
    expect(await reset(link)).toEqual(isVoid)
  })

  test('is completed and told when the sessions, which are void, cannot be ended', async () => {
    const notice = await tell()
    const { stores, accounts, sessions } = opened.app
    const { session } = await sessions.start(alice, { passwordChangedAt: null })
    vi.spyOn(stores.sessions, 'listByUser').mockRejectedValue(new Error('away'))
    expect(await reportCompromise(notice)).toMatchObject({ ok: true })
    expect(await reset(tokenOf('reset-started'))).toMatchObject({ ok: true })
    expect(posted.at(-1)).toMatchObject({ kind: 'password-changed' })
    expect(await accounts.findOwner(session)).toEqual({ ok: false, code: 'password-changed' })
  })

  test('a pending request of the attacker changes no address after the recovery', async () => {
    const notice = await tell()
    const { users } = opened.app.stores
    for (const late of ['remove', 'give'] as const) {
      const { update } = users
      vi.spyOn(users, 'update').mockImplementationOnce(async (...given) => {
        vi.mocked(users.update).mockRestore()
        await users.changeEmail(alice, { recoveryGeneration: 7, emailVerifiedAt: 1 })
        return update(...given)
      })
      const answer =
        late === 'remove'
          ? await opened.app.addresses.remove(alice, by)
          : await opened.app.addresses.add(alice, 'thief@example.net', by)
      expect(answer).toEqual({ ok: false, code: 'person_gone' })
      expect(await users.find(alice)).toMatchObject({ email: 'Alice@example.org', newEmail: null })
      await users.update(alice, { recoveryGeneration: 0 })
    }
    expect(await reportCompromise(notice)).toMatchObject({ ok: true })
  })

  test('an alert after a recovery does not wait for earlier ones', async () => {
    for (let n = 0; n < 3; n += 1) await tell('new-device')
    await reportCompromise(await tell('password-changed'))
    posted.length = 0
    await tell('new-device')
    expect(posted.map(({ kind }) => kind)).toEqual(['new-device'])
    expect(await reportCompromise(tokenOf('new-device'))).toMatchObject({ ok: true })
  })

  test('a recovery voids the tokens that the account issued', async () => {
    const { token } = await opened.app.invitations.make({ role: 'admin', email: null, by: alice })
    await reportCompromise(await tell())
    expect(await opened.app.invitations.find(token)).toBeNull()
  })
})

describe('asking for a link', () => {
  beforeEach(() => open())
  const from = (address: string, name = 'alice') => opened.app.recovery.waitToAsk(name, { address })

  test('is limited per requester, so that one cannot use up another’s limit', async () => {
    for (let asked = 1; asked <= 3; asked += 1) expect(await from('203.0.113.9')).toBe(0)
    expect(await from('203.0.113.9')).toBeGreaterThan(0)
    expect(await from('203.0.113.9', ' ALICE ')).toBeGreaterThan(0)
    expect(await from('198.51.100.4')).toBe(0)
  })

  test('is limited per name, and earlier links of that hour stay valid', async () => {
    const first = await ask()
    for (let asked = 0; asked < 6; asked += 1) expect(await from(`203.0.113.${asked}`)).toBe(0)
    const waitMs = await from('203.0.113.77')
    expect(waitMs).toBeGreaterThan(0)
    expect(await opened.app.recovery.find(first)).not.toBeNull()
    expect(waitMs).toBeLessThanOrEqual(hours(1))
  })

  test('gets the same answer for unknown names', async () => {
    const waits = []
    for (const name of ['alice', 'nobody-has-this', 'nobody@example.org']) {
      for (let asked = 1; asked <= 4; asked += 1) waits.push((await from('203.0.113.9', name)) > 0)
    }
    expect(waits).toEqual(Array.from({ length: 3 }, () => [false, false, false, true]).flat())
  })
})

test('alerts need a verified address, and never block their cause', async () => {
  await open()
  const user = await opened.app.stores.users.find(alice)
  if (user === null) throw new Error('alice is gone')
  await opened.app.alerts.tell({ ...user, emailVerifiedAt: null }, 'new-device', by)
  expect(posted).toEqual([])
  vi.spyOn(opened.app.mail, 'post').mockRejectedValue(new Error('no room'))
  await opened.app.alerts.tell(user, 'new-device', by)
})

describe.each(['new-device', 'password-locked', 'account-deleted'] as const)('alerts of the kind %s', (kind) => {
  test('that repeat within an hour give one mail immediately and one at the end for the others', async () => {
    await open()
    const due: (number | undefined)[] = []
    vi.mocked(opened.app.mail.post).mockImplementation(async (message, delayMs) => {
      posted.push(message)
      due.push(delayMs)
    })
    const user = await opened.app.stores.users.find(alice)
    if (user === null) throw new Error('alice is gone')
    for (let n = 0; n < 200; n += 1) await opened.app.alerts.tell(user, kind, by)
    expect(posted.map((message) => 'isForAll' in message && message.isForAll)).toEqual([false, true])
    expect(due[0]).toBe(0)
    expect(due[1]).toBeGreaterThan(hours(1) / 2)
  })
})

test('alerts about a changed password or address are always sent immediately', async () => {
  await open()
  const user = await opened.app.stores.users.find(alice)
  if (user === null) throw new Error('alice is gone')
  for (const kind of ['password-changed', 'address-changed', 'address-removed'] as const) {
    for (let n = 0; n < 5; n += 1) await opened.app.alerts.tell(user, kind, by)
  }
  expect(posted).toHaveLength(15)
})

test('a reset is recorded, also where the user cannot be read afterwards', async () => {
  await open()
  const { app } = opened
  const visitor = { id: '', role: null, session: null, isImpersonating: false, by, secret: await ask() }
  vi.spyOn(app.accounts, 'findActive').mockRejectedValueOnce(new Error('away'))
  const form = { password: another, confirmPassword: another }
  expect(await execute(resetPassword, visitor, form, app)).toMatchObject({ ok: true, value: null })
  const [entry] = await app.audit.history(alice)
  expect(entry).toMatchObject({ event: 'password.reset', outcome: 'done', actorId: alice, subjectId: alice })
})

test('alerts can be switched off for the whole site', async () => {
  opened = await openTestServices({ SECURITY_NOTICES: 'off' })
  const post = vi.spyOn(opened.app.mail, 'post')
  const told = { ...aUser({ email: 'alice@example.org', emailVerifiedAt: 1 }) }
  await opened.app.alerts.tell(told, 'new-device', by)
  expect(post).not.toHaveBeenCalled()
})
