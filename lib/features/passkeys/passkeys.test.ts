import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { minutes } from '../../core/clock.ts'
import { type Actor, execute } from '../../core/command.ts'
import { noPassword } from '../../core/crypto/old-hashes.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { aPasskey } from '../../stores/contract/samples.ts'
import { confirmIdentity, logInWithPasskey } from '../log-in/commands.ts'
import { changePassword } from '../password/commands.ts'
import { signUpWithPasskey } from '../sign-up/commands.ts'
import { Authenticator, type CreationOptions } from './authenticator-for-test.ts'
import { addPasskey, removePasskey, renamePasskey } from './commands.ts'
import type { Asked } from './passkeys.ts'

let opened: TestServices
let device: Authenticator
beforeEach(async () => {
  opened = await openTestServices()
  device = new Authenticator()
})
afterEach(() => opened[Symbol.asyncDispose]())

const client = aLoginClient()

function aVisitor(passkeyChallenge: string, logInStep = ''): Actor {
  const held = { passkeyChallenge, logInStep, rememberedTokens: [] }
  return { id: '', role: null, session: null, isImpersonating: false, by: client.by, client, held }
}

async function ask(asked: Asked) {
  const { options, sealed } = await opened.app.passkeys.ask(asked)
  return { options: options as CreationOptions & Record<string, unknown>, sealed }
}

/** A member who signed up with a passkey of `device`. */
async function signUp(username = 'ada', own = device) {
  const { options, sealed } = await ask({ ceremony: 'sign-up', username })
  const input = { username, response: own.create(options) }
  const outcome = await execute(signUpWithPasskey, aVisitor(sealed), input, opened.app)
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value
}

async function logIn(deviations: Parameters<Authenticator['get']>[1] = {}, own = device) {
  const { options, sealed } = await ask({ ceremony: 'log-in' })
  return execute(logInWithPasskey, aVisitor(sealed), { response: own.get(options, deviations) }, opened.app)
}

/** The user with the session that the token opens. */
async function actorOf(token: string): Promise<Actor> {
  const found = await opened.app.sessions.check(token)
  if (!found.live) throw new Error('The session is over.')
  const { session } = found
  const { id, role } = (await opened.app.accounts.findActive(session.userId)) ?? { id: '', role: null }
  return { ...aVisitor(''), id, role, session, presented: token }
}

async function add(actor: Actor, own: Authenticator, more: Record<string, string> = {}, id: Buffer = randomBytes(32)) {
  const ceremony = more.automatic ? 'upgrade' : 'add'
  const { options, sealed } = await ask({ ceremony, user: actor, sessionId: actor.session?.id ?? '' })
  const held = { passkeyChallenge: sealed, logInStep: '', rememberedTokens: [] }
  return execute(addPasskey, { ...actor, held }, { response: own.create(options, { id }), ...more }, opened.app)
}

async function withPassword(username = 'bea') {
  const { accounts, auth } = opened.app
  const made = await accounts.signUp({ username, password: 'Lantern over the quay 47' })
  if (!made.ok) throw new Error(made.code)
  const { token } = await auth.finish(made.value, ['password'], { client, presented: null, isNewUser: true })
  return { user: made.value, token }
}

describe('a sign-up with a passkey', () => {
  test('makes an account without a password, with ten recovery codes and a session of both factors', async () => {
    const { user, token, recoveryCodes } = await signUp()
    const record = await opened.app.stores.users.find(user.id)
    expect(record).toMatchObject({ passwordHash: noPassword, passkeys: [{ isAutomatic: false, rpId: 'localhost' }] })
    expect(recoveryCodes).toHaveLength(10)
    expect(record?.recoveryCodes).toHaveLength(10)
    expect((await actorOf(token)).session?.authentications).toEqual(['passkey'])
  })

  test('leaves neither account nor claim when the username is taken', async () => {
    await signUp('ada')
    const other = new Authenticator()
    const { options, sealed } = await ask({ ceremony: 'sign-up', username: 'ada' })
    const input = { username: 'ada', response: other.create(options) }
    const outcome = await execute(signUpWithPasskey, aVisitor(sealed), input, opened.app)
    expect(outcome).toMatchObject({ ok: false, code: 'username_taken' })
    const userId = Buffer.from(options.user.id, 'base64url').toString()
    expect(await opened.app.stores.credentialUses.listByUser(userId)).toEqual([])
  })

  test('is refused where sign-up is closed', async () => {
    await opened[Symbol.asyncDispose]()
    opened = await openTestServices({ SIGNUP: 'closed' })
    await expect(signUp()).rejects.toThrow('signup_closed')
  })
})

describe('a log-in with a passkey', () => {
  test('opens a session of both factors for its user [V6.3.3]', async () => {
    const { user } = await signUp()
    const outcome = await logIn()
    expect(outcome).toMatchObject({ ok: true, value: { next: 'session', user: { id: user.id } } })
    if (outcome.ok) expect((await actorOf(outcome.value.token)).session?.authentications).toEqual(['passkey'])
  })

  test.each<[string, Parameters<Authenticator['get']>[1]]>([
    ['whose device did not verify its user', { isUserVerified: false }],
    ['made at another origin', { origin: 'https://localhost.evil.test' }],
    ['made for another host', { rpId: 'evil.test' }],
    ['for another challenge', { challenge: randomBytes(32).toString('base64url') }],
  ])('is refused with an answer %s [T27]', async (_what, deviations) => {
    await signUp()
    expect(await logIn(deviations)).toMatchObject({ ok: false, code: 'passkey_wrong' })
  })

  test('is refused with a signature of another key [T27]', async () => {
    await signUp()
    const id = device.credential?.id ?? Buffer.alloc(0)
    const { user } = (await ask({ ceremony: 'sign-up', username: 'eve' })).options
    const thief = new Authenticator()
    thief.create({ challenge: '', user }, { id })
    const userHandle = device.credential?.userHandle ?? ''
    expect(await logIn({ userHandle }, thief)).toMatchObject({ ok: false, code: 'passkey_wrong' })
  })

  test('is refused with a passkey that no user has, or that its user removed', async () => {
    device.create((await ask({ ceremony: 'sign-up', username: 'eve' })).options)
    for (const deviation of [{}, { userHandle: 'AA' }, { userHandle: '' }]) {
      expect(await logIn(deviation)).toMatchObject({ ok: false, code: 'passkey_unknown' })
    }
  })

  test('works up to five minutes after the challenge, and not at five minutes [V6.7.2, T27]', async () => {
    await signUp()
    const [early, late] = [await ask({ ceremony: 'log-in' }), await ask({ ceremony: 'log-in' })]
    opened.advance(minutes(5) - 1)
    const inTime = { response: device.get(early.options) }
    expect(await execute(logInWithPasskey, aVisitor(early.sealed), inTime, opened.app)).toMatchObject({ ok: true })
    opened.advance(1)
    const tooLate = { response: device.get(late.options) }
    expect(await execute(logInWithPasskey, aVisitor(late.sealed), tooLate, opened.app)).toMatchObject({
      code: 'challenge_over',
    })
  })

  test('has a new challenge of 32 bytes each time [V6.7.2]', async () => {
    const [one, other] = [(await ask({ ceremony: 'log-in' })).options, (await ask({ ceremony: 'log-in' })).options]
    expect(Buffer.from(one.challenge, 'base64url')).toHaveLength(32)
    expect(other.challenge).not.toBe(one.challenge)
  })

  test('is refused without the challenge of this browser, or with one for another purpose [V6.7.2, T27]', async () => {
    const { user, token } = await signUp()
    const { session } = await actorOf(token)
    const asked = await ask({ ceremony: 'confirm', user, sessionId: session?.id ?? '' })
    for (const sealed of ['', asked.sealed]) {
      const input = { response: device.get(asked.options) }
      expect(await execute(logInWithPasskey, aVisitor(sealed), input, opened.app)).toMatchObject({
        code: 'challenge_over',
      })
    }
  })

  test('is refused with a counter that does not grow, and the passkey stays [T27]', async () => {
    const { user } = await signUp()
    device.counter = 7
    expect(await logIn()).toMatchObject({ ok: true })
    device.counter = 7
    expect(await logIn()).toMatchObject({ ok: false, code: 'passkey_copied' })
    const [, entry] = await opened.app.audit.history(user.id)
    expect(entry).toMatchObject({ event: 'passkey.counter_anomaly', outcome: 'refused' })
    device.counter = 8
    expect(await logIn()).toMatchObject({ ok: true })
  })

  test('counts refused passkeys against the address, except from a browser that the user logged in with', async () => {
    await signUp()
    for (let n = 0; n < 10; n += 1)
      expect(await logIn({ isUserVerified: false })).toMatchObject({ code: 'passkey_wrong' })
    expect(await logIn()).toMatchObject({ ok: false, code: 'too_soon_here' })
    const { options, sealed } = await ask({ ceremony: 'log-in' })
    const known = { ...aVisitor(sealed), client: aLoginClient(client.by.address, true) }
    const outcome = await execute(logInWithPasskey, known, { response: device.get(options) }, opened.app)
    expect(outcome).toMatchObject({ ok: true })
  })

  test('tells a suspended user until when, as the password does', async () => {
    const { user } = await signUp()
    const until = opened.app.clock() + minutes(60)
    await opened.app.stores.users.changeStanding(user.id, { status: 'suspended', suspendedUntil: until })
    expect(await logIn()).toMatchObject({ ok: false, code: 'suspended', until })
    opened.advance(minutes(60))
    expect(await logIn()).toMatchObject({ ok: true })
  })

  test('brings a deleted account back for 14 days, and then does not know it', async () => {
    const { user } = await signUp()
    await opened.app.accountDeletion.delete(user.id)
    expect(await logIn()).toMatchObject({ ok: true, value: { isRestored: true } })
    await opened.app.accountDeletion.delete(user.id)
    opened.advance(minutes(14 * 24 * 60))
    expect(await logIn()).toMatchObject({ ok: false, code: 'passkey_unknown' })
  })
})

describe('the second step of a log-in', () => {
  test('takes a passkey of the user who gave the password, and no other user’s [T27]', async () => {
    const { user } = await signUp('ada')
    const eve = new Authenticator()
    await signUp('eve', eve)
    const step = await opened.app.logInSteps.issue(user)
    const tried = async (own: Authenticator, logInStep: string) => {
      const { options, sealed } = await ask({ ceremony: 'second-factor', user })
      return execute(logInWithPasskey, aVisitor(sealed, logInStep), { response: own.get(options) }, opened.app)
    }
    expect(await tried(eve, step)).toMatchObject({ ok: false, code: 'passkey_wrong' })
    expect(await tried(device, '')).toMatchObject({ ok: false, code: 'step_over' })
    expect(await tried(device, step)).toMatchObject({ ok: true, value: { user: { id: user.id } } })
  })
})

describe('re-authentication with a passkey', () => {
  const confirm = async (actor: Actor, sessionId: string, own = device) => {
    const { options, sealed } = await ask({ ceremony: 'confirm', user: actor, sessionId })
    const held = { passkeyChallenge: sealed, logInStep: '', rememberedTokens: [] }
    return execute(confirmIdentity, { ...actor, held }, { response: own.get(options) }, opened.app)
  }

  test('continues the session with both factors and a new proof', async () => {
    const { token } = await withPassword()
    const added = await add(await actorOf(token), device)
    if (!added.ok) throw new Error(added.code)
    opened.advance(minutes(9))
    const actor = await actorOf(added.value.token ?? '')
    const confirmed = await confirm(actor, actor.session?.id ?? '')
    if (!confirmed.ok) throw new Error(confirmed.code)
    expect(confirmed.value.session).toMatchObject({ authentications: ['passkey'], provedAt: opened.app.clock() })
    await expect(actorOf(actor.presented ?? '')).rejects.toThrow()
  })

  test('is refused with the challenge of another session, and with another user’s passkey [V6.7.2, T27]', async () => {
    const ada = await actorOf((await signUp('ada')).token)
    const eve = new Authenticator()
    await signUp('eve', eve)
    expect(await confirm(ada, 'another')).toMatchObject({ ok: false, code: 'challenge_over' })
    expect(await confirm(ada, ada.session?.id ?? '', eve)).toMatchObject({ ok: false, code: 'passkey_wrong' })
    expect(await confirm(ada, ada.session?.id ?? '')).toMatchObject({ ok: true })
  })
})

describe('adding a passkey', () => {
  test('makes recovery codes with the first one, and ends every other session', async () => {
    const { user, token } = await withPassword()
    const other = await opened.app.auth.finish(user, ['password'], { client, presented: null })
    const outcome = await add(await actorOf(token), device, { name: 'Phone' })
    if (!outcome.ok) throw new Error(outcome.code)
    expect(outcome.value.recoveryCodes).toHaveLength(10)
    const renewed = await actorOf(outcome.value.token ?? '')
    expect(renewed.session?.authentications).toEqual(['password', 'passkey'])
    expect(await opened.app.accounts.findOwner(other.session)).toMatchObject({ ok: false })
    const second = await add(renewed, new Authenticator(), {})
    expect(second).toMatchObject({ ok: true, value: { recoveryCodes: null } })
    expect(await opened.app.passkeys.list(user.id)).toMatchObject([{ name: 'Phone', lastUsedAt: null }, { name: '' }])
  })

  test('makes recovery codes again when all of them were used', async () => {
    const { user, token } = await withPassword()
    const first = await add(await actorOf(token), device)
    if (!first.ok) throw new Error(first.code)
    await opened.app.stores.users.update(user.id, { recoveryCodes: [] })
    const second = await add(await actorOf(first.value.token ?? ''), new Authenticator())
    expect(second.ok && second.value.recoveryCodes).toHaveLength(10)
    expect((await opened.app.stores.users.find(user.id))?.recoveryCodes).toHaveLength(10)
  })

  test('needs a log-in of the last ten minutes', async () => {
    const { token } = await withPassword()
    const actor = await actorOf(token)
    opened.advance(minutes(10))
    expect(await add(actor, device)).toMatchObject({ ok: false, code: 'reauthentication_required' })
  })

  test('is refused with the challenge of another session [V6.7.2, T27]', async () => {
    const { user, token } = await withPassword()
    const actor = await actorOf(token)
    const { options, sealed } = await ask({ ceremony: 'add', user, sessionId: 'another' })
    const held = { passkeyChallenge: sealed, logInStep: '', rememberedTokens: [] }
    const outcome = await execute(addPasskey, { ...actor, held }, { response: device.create(options) }, opened.app)
    expect(outcome).toMatchObject({ ok: false, code: 'challenge_over' })
  })

  test.each<[string, Parameters<Authenticator['create']>[1]]>([
    ['with an algorithm outside the three', { algorithm: 'ES384' }],
    ['without user verification', { isUserVerified: false }],
    ['from another origin', { origin: 'https://evil.test' }],
    ['for another host', { rpId: 'evil.test' }],
  ])('is refused %s [T27]', async (_what, deviations) => {
    const actor = await actorOf((await withPassword()).token)
    const { options, sealed } = await ask({ ceremony: 'add', user: actor, sessionId: actor.session?.id ?? '' })
    const held = { passkeyChallenge: sealed, logInStep: '', rememberedTokens: [] }
    const response = device.create(options, deviations)
    expect(await execute(addPasskey, { ...actor, held }, { response }, opened.app)).toMatchObject({
      ok: false,
      code: 'passkey_wrong',
    })
  })

  test('is refused with a credential id that any user has [T27]', async () => {
    await signUp('ada')
    const id = device.credential?.id
    const bea = await actorOf((await withPassword()).token)
    expect(await add(bea, new Authenticator(), {}, id)).toMatchObject({ ok: false, code: 'passkey_taken' })
    const first = await add(bea, new Authenticator(), {}, Buffer.alloc(32, 1))
    if (!first.ok) throw new Error(first.code)
    const again = await add(await actorOf(first.value.token ?? ''), new Authenticator(), {}, Buffer.alloc(32, 1))
    expect(again).toMatchObject({ ok: false, code: 'passkey_taken' })
  })

  test.each([
    ['', {}],
    ['by the browser itself ', { automatic: '1' }],
  ])('%sis refused once a new password voids the session meanwhile [T18, T27]', async (_how, more) => {
    const { users, credentialUses } = opened.app.stores
    const { user, token } = await withPassword()
    const { advance } = credentialUses
    vi.spyOn(credentialUses, 'advance').mockImplementationOnce(async (use) => {
      await users.update(user.id, { passwordChangedAt: opened.app.clock() })
      return advance(use)
    })
    const actor = await actorOf(token)
    expect(await add(actor, device, more)).toMatchObject({ ok: false })
    expect(await users.find(user.id)).toMatchObject({ passkeys: [], recoveryCodes: [] })
    expect(await credentialUses.listByUser(user.id)).toEqual([])
    expect(await add(actor, device, more)).toMatchObject({ ok: false, code: 'person_gone' })
  })

  test('stops at twenty', async () => {
    let { token } = await withPassword()
    for (let n = 0; n < 20; n += 1) {
      const outcome = await add(await actorOf(token), new Authenticator())
      if (!outcome.ok) throw new Error(outcome.code)
      token = outcome.value.token ?? ''
    }
    expect(await add(await actorOf(token), device)).toMatchObject({ ok: false, code: 'passkeys_too_many' })
  })

  test('by the browser itself changes no factor and ends no session, and the passkey logs in', async () => {
    const { user, token } = await withPassword()
    const outcome = await add(await actorOf(token), device, { automatic: '1' })
    expect(outcome).toMatchObject({ ok: true, value: { token: null, recoveryCodes: null } })
    expect(await opened.app.accounts.findActive(user.id)).toMatchObject({
      factors: { hasSecondFactor: false, changedAt: null, passkeyCount: 1 },
    })
    await actorOf(token)
    expect(await logIn()).toMatchObject({ ok: true })
  })
})

describe('an automatic passkey', () => {
  const current = 'Lantern over the quay 47'
  const next = 'marmalade-heron-lighthouse'

  /** A thief of the password logged in once, and a later session is the owner's. */
  async function planted() {
    const { user, token } = await withPassword()
    expect(await add(await actorOf(token), device, { automatic: '1' })).toMatchObject({ ok: true })
    const { auth } = opened.app
    return { user, token: (await auth.finish(user, ['password'], { client, presented: null })).token }
  }

  test('goes with the password [T27]', async () => {
    const { user, token } = await planted()
    const typed = { currentPassword: current, password: next, confirmPassword: next }
    expect(await execute(changePassword, await actorOf(token), typed, opened.app)).toMatchObject({ ok: true })
    expect(await logIn()).toMatchObject({ ok: false, code: 'passkey_unknown' })
    expect(await opened.app.passkeys.list(user.id)).toEqual([])
  })

  test('goes with a reset of the password, which keeps the others [T27]', async () => {
    const { user } = await planted()
    const { users } = opened.app.stores
    await users.update(user.id, { passkeys: [...((await users.find(user.id))?.passkeys ?? []), aPasskey()] })
    await opened.app.recovery.startFor(user.id, client.by, null)
    expect(await opened.app.passkeys.list(user.id)).toMatchObject([{ isAutomatic: false }])
    expect(await logIn()).toMatchObject({ ok: false, code: 'passkey_unknown' })
  })

  test('goes when the user adds a second factor, and does not come back [T27]', async () => {
    const { token } = await planted()
    const own = new Authenticator()
    const added = await add(await actorOf(token), own)
    if (!added.ok) throw new Error(added.code)
    expect(await logIn()).toMatchObject({ ok: false, code: 'passkey_unknown' })
    const owner = await actorOf(added.value.token ?? '')
    expect(await add(owner, new Authenticator(), { automatic: '1' })).toMatchObject({ code: 'passkey_taken' })
    expect(await logIn({}, own)).toMatchObject({ ok: true })
  })

  test('is refused beside an authenticator app', async () => {
    const { user, token } = await withPassword()
    await opened.app.stores.users.update(user.id, { totp: { sealed: 'sealed', createdAt: 1 } })
    expect(await add(await actorOf(token), device, { automatic: '1' })).toMatchObject({ code: 'passkey_taken' })
  })
})

describe('removing a passkey', () => {
  const idOf = (own: Authenticator) => own.credential?.id.toString('base64url') ?? ''

  test('ends a log-in and a re-authentication that began before [T18]', async () => {
    const { user, token } = await withPassword()
    const added = await add(await actorOf(token), device)
    if (!added.ok) throw new Error(added.code)
    const { app } = opened
    const actor = await actorOf(added.value.token ?? '')
    const { advance } = app.stores.credentialUses
    const removeMeanwhile = () => {
      vi.spyOn(app.stores.credentialUses, 'advance').mockImplementationOnce(async (use) => {
        const { factorsChangedAt = 0 } = (await app.stores.users.find(user.id)) ?? {}
        await app.stores.users.update(user.id, { passkeys: [], factorsChangedAt: (factorsChangedAt ?? 0) + 1 })
        return advance(use)
      })
    }
    const before = await app.stores.users.find(user.id)
    removeMeanwhile()
    const thief = await logIn()
    if (thief.ok) await expect(actorOf(thief.value.token)).rejects.toThrow()
    await app.stores.users.update(user.id, {
      passkeys: before?.passkeys ?? [],
      factorsChangedAt: before?.factorsChangedAt ?? 0,
    })
    const { options, sealed } = await ask({ ceremony: 'confirm', user: actor, sessionId: actor.session?.id ?? '' })
    removeMeanwhile()
    const held = { passkeyChallenge: sealed, logInStep: '', rememberedTokens: [] }
    const confirmed = await execute(confirmIdentity, { ...actor, held }, { response: device.get(options) }, app)
    if (!confirmed.ok) throw new Error(confirmed.code)
    expect(await app.accounts.findOwner(confirmed.value.session)).toMatchObject({ ok: false })
  })

  test('is refused for the only way in', async () => {
    const { token } = await signUp()
    const outcome = await execute(removePasskey, await actorOf(token), { id: idOf(device) }, opened.app)
    expect(outcome).toMatchObject({ ok: false, code: 'last_way_in' })
  })

  test('ends its log-ins, the recovery codes of the last one, and every other session [V6.5.6]', async () => {
    const { user, token } = await withPassword()
    const added = await add(await actorOf(token), device)
    if (!added.ok) throw new Error(added.code)
    const other = await logIn()
    const actor = await actorOf(added.value.token ?? '')
    const removed = await execute(removePasskey, actor, { id: idOf(device) }, opened.app)
    if (!removed.ok || !other.ok) throw new Error('refused')
    const record = await opened.app.stores.users.find(user.id)
    expect(record).toMatchObject({ passkeys: [], recoveryCodes: [] })
    expect(await opened.app.stores.credentialUses.listByUser(user.id)).toEqual([])
    await actorOf(removed.value.token ?? '')
    await expect(actorOf(other.value.token)).rejects.toThrow()
    expect(await logIn()).toMatchObject({ ok: false, code: 'passkey_unknown' })
  })

  test('is refused for the last second factor of a role that needs one', async () => {
    await opened[Symbol.asyncDispose]()
    opened = await openTestServices({ REQUIRE_TWO_FACTOR: 'member' })
    const { token } = await withPassword()
    const added = await add(await actorOf(token), device)
    if (!added.ok) throw new Error(added.code)
    const actor = await actorOf(added.value.token ?? '')
    expect(await execute(removePasskey, actor, { id: idOf(device) }, opened.app)).toMatchObject({
      code: 'second_factor_required',
    })
  })

  test('and renaming one are refused for another user’s passkey', async () => {
    await signUp('ada')
    const eve = await actorOf((await signUp('eve', new Authenticator())).token)
    expect(await execute(removePasskey, eve, { id: idOf(device) }, opened.app)).toMatchObject({ code: 'passkey_gone' })
    expect(await execute(renamePasskey, eve, { id: idOf(device), name: 'Mine' }, opened.app)).toMatchObject({
      code: 'passkey_gone',
    })
  })
})

test('renames a passkey and keeps every session', async () => {
  const { user, token } = await signUp()
  const id = device.credential?.id.toString('base64url') ?? ''
  expect(await execute(renamePasskey, await actorOf(token), { id, name: ' Key ' }, opened.app)).toMatchObject({
    ok: true,
  })
  expect(await opened.app.passkeys.list(user.id)).toMatchObject([{ name: 'Key' }])
  await actorOf(token)
})

describe.each(storeNames)('on %s', (store) => {
  test('twenty posts of one answer open one session [V6.5.1, V6.7.2, T27]', async () => {
    await using own = await openTestServices({ LIMITS: 'off' }, store)
    const { app } = own
    const { options, sealed } = await app.passkeys.ask({ ceremony: 'sign-up', username: 'ada' })
    const response = device.create(options as CreationOptions)
    await execute(signUpWithPasskey, aVisitor(sealed), { username: 'ada', response }, app)
    const asked = await app.passkeys.ask({ ceremony: 'log-in' })
    const answer = { response: device.get(asked.options as CreationOptions) }
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => execute(logInWithPasskey, aVisitor(asked.sealed), answer, app)),
    )
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
    const again = await execute(logInWithPasskey, aVisitor(asked.sealed), answer, app)
    expect(again).toMatchObject({ ok: false, code: 'challenge_over' })
    const user = await app.stores.users.findByUsername('ada')
    expect(await app.sessions.list(user?.id ?? '')).toHaveLength(2)
    const { challenge } = asked.options as CreationOptions
    for await (const { record } of app.stores.dump()) expect(JSON.stringify(record)).not.toContain(challenge)
  })
})
