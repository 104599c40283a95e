// Passkeys of users: asks for one, checks what a browser brings, adds and removes them. Opens no session.
import type { User } from '../../auth/accounts.ts'
import { isActive, toUser } from '../../auth/accounts.ts'
import { changeFactors, isUnchanged } from '../../auth/change-factors.ts'
import { passkeyUseId } from '../../auth/credential-uses.ts'
import { changeByOwner, withoutAutomatic } from '../../auth/factors.ts'
import type { LoginClient } from '../../auth/lockout/lockout.ts'
import { newRecoveryCodes } from '../../auth/recovery-codes.ts'
import type { Audit } from '../../core/audit/audit.ts'
import type { Clock } from '../../core/clock.ts'
import { noPassword } from '../../core/crypto/old-hashes.ts'
import type { PasswordHasher } from '../../core/crypto/password.ts'
import { newId } from '../../core/crypto/random.ts'
import { parseDevice } from '../../core/device.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import type { RateLimits } from '../../core/rate-limits/rate-limits.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { Passkey, Role, Stores, UserRecord } from '../../stores/types.ts'
import type { Ceremony } from './ceremonies.ts'
import { type Challenge, createChallenges } from './challenges.ts'
import {
  type Assertion,
  createProtocol,
  type NewCredential,
  parseAssertion,
  userHandleOf,
  userIdIn,
} from './protocol.ts'

/** More than anyone's devices. */
export const mostPasskeys = 20

export type Asked =
  | { ceremony: 'log-in' }
  | { ceremony: 'sign-up'; username: string }
  | { ceremony: 'second-factor'; user: Pick<User, 'id'> }
  | { ceremony: 'confirm' | 'add' | 'upgrade'; user: Pick<User, 'id'>; sessionId: string }

export interface ListedPasskey extends Omit<Passkey, 'publicKey' | 'transports'> {
  /** Null before the first use. */
  lastUsedAt: number | null
  /** Made for the host that this site has now. */
  isOfThisHost: boolean
}

/** A new passkey whose challenge is used up. */
export interface Checked {
  userId: string
  credential: NewCredential
}

export type AssertionFault =
  | { code: 'challenge_over' | 'step_over' | 'passkey_wrong' | 'passkey_copied' | 'passkey_unknown' }
  | { code: 'too_soon_here'; waitMs: number }

export interface Passkeys {
  /** The host name that passkeys are made for. */
  rpId: string
  userHandleOf(userId: string): string
  /** What the browser's function takes, and the challenge for its cookie. Writes nothing. */
  ask(asked: Asked): Promise<{ options: object; sealed: string }>
  /**
   * The user whose passkey signed the held challenge, which is used up then, as read with the passkey: a removal since
   * voids the session that follows. With `ceremony` `log-in`, any user's will
   * do; also at the second step, where it must be of `stepUserId`. A refused one counts against the address.
   */
  check(
    response: string,
    by: { held: string; client: LoginClient } & (
      | { ceremony: 'log-in'; stepUserId: string | null }
      | { ceremony: 'confirm'; sessionId: string }
    ),
  ): Promise<{ ok: true; value: User } | ({ ok: false; userId: string | null } & AssertionFault)>
  checkNew(
    response: string,
    by: { held: string; ceremony: 'sign-up' | 'add' | 'upgrade'; sessionId: string | null },
  ): Promise<Result<Checked, 'challenge_over' | 'passkey_wrong'>>
  /** For an account that starts with a passkey. `passkey_taken` when a user has it. */
  prepareFirst(
    checked: Checked,
    userAgent: string,
  ): Promise<
    Result<Pick<UserRecord, 'id' | 'passkeys' | 'recoveryCodes'> & { codes: string[] }, 'passkey_taken' | 'busy'>
  >
  /** Undoes the claim of `prepareFirst` when the account was not made. */
  release(checked: Checked): Promise<void>
  list(userId: string): Promise<ListedPasskey[]>
  /** Whether the user added one, which this site's host can use. */
  isOwnHere(userId: string): Promise<boolean>
  /** Also makes recovery codes when none are left. An automatic passkey is none, and ends no session. */
  add(
    user: User,
    checked: Checked,
    about: { name: string; userAgent: string; isAutomatic: boolean },
  ): Promise<
    Result<
      { user: User; recoveryCodes: string[] | null },
      'passkey_taken' | 'passkeys_too_many' | 'busy' | 'input_invalid' | 'person_gone'
    >
  >
  rename(userId: string, id: string, name: string): Promise<Result<null, 'passkey_gone' | 'input_invalid'>>
  remove(
    user: User,
    id: string,
  ): Promise<Result<User, 'passkey_gone' | 'last_way_in' | 'second_factor_required' | 'person_gone'>>
}

export function createPasskeys(deps: {
  stores: Pick<Stores, 'users' | 'tokens' | 'credentialUses'>
  passwords: Pick<PasswordHasher, 'hash'>
  rateLimits: RateLimits
  audit: Pick<Audit, 'record'>
  appOrigin: string
  requireTwoFactor: readonly Role[]
  secrets: readonly string[]
  clock: Clock
}): Passkeys {
  const { stores, passwords, rateLimits, audit, requireTwoFactor, secrets, clock } = deps
  const { users, credentialUses } = stores
  const protocol = createProtocol(deps.appOrigin)
  const challenges = createChallenges({ tokens: stores.tokens, secrets, clock })

  async function findPasskeys(userId: string): Promise<Passkey[]> {
    return (await users.find(userId))?.passkeys ?? []
  }

  /** A change that voids no session. A new password or a recovery meanwhile voids the change. */
  function changeList(
    { id, passkeys: before, passwordChangedAt, factorsChangedAt }: UserRecord,
    passkeys: Passkey[],
  ): Promise<UserRecord | null> {
    const onlyIf = { passkeys: before, passwordChangedAt, factorsChangedAt, status: 'active', deletedAt: null } as const
    return users.update(id, { passkeys }, onlyIf)
  }

  const claim = ({ userId, credential }: Checked) =>
    credentialUses.advance({ id: passkeyUseId(credential.id), userId, mark: credential.counter, usedAt: clock() })

  const release = ({ credential }: Checked) => credentialUses.forget(passkeyUseId(credential.id))

  function passkeyOf({ credential }: Checked, name: string, userAgent: string, isAutomatic: boolean): Passkey {
    const { id, publicKey, transports, rpId, isSynced } = credential
    const named = name === '' ? nameFor(userAgent) : name
    return { id, publicKey, transports, rpId, isSynced, name: named, isAutomatic, createdAt: clock() }
  }

  async function checkAssertion(
    assertion: Assertion,
    challenge: Challenge,
    user: UserRecord | null,
    address: string,
  ): Promise<{ ok: true; value: User } | { ok: false; userId: string | null; code: AssertionFault['code'] }> {
    const passkey = user?.passkeys.find(({ id }) => id === assertion.id)
    if (user === null || passkey === undefined) {
      return { ok: false, userId: null, code: challenge.userId === null ? 'passkey_unknown' : 'passkey_wrong' }
    }
    const userId = user.id
    const told = userIdIn(assertion)
    if (told !== null && told !== userId) return { ok: false, userId, code: 'passkey_wrong' }
    const verified = await protocol.verify(assertion, challenge.challenge, passkey)
    if (verified === null) return { ok: false, userId, code: 'passkey_wrong' }
    if (!(await challenges.spend(challenge))) return { ok: false, userId, code: 'challenge_over' }
    const use = { id: passkeyUseId(passkey.id), userId, mark: verified.counter, usedAt: clock() }
    if (await credentialUses.advance(use)) return ok(toUser(user))
    // WebAuthn Level 3, 7.2, step 22: somebody else may have a copy of the key.
    await audit.record({
      event: 'passkey.counter_anomaly',
      outcome: 'refused',
      actorId: null,
      subjectId: userId,
      address,
    })
    return { ok: false, userId, code: 'passkey_copied' }
  }

  function refusalOf({ passkeys, totp }: UserRecord, { credential }: Checked, isAutomatic: boolean) {
    if (passkeys.length >= mostPasskeys) return refused('passkeys_too_many')
    const isTaken =
      passkeys.some(({ id }) => id === credential.id) || (isAutomatic && (totp !== null || passkeys.length > 0))
    return isTaken ? refused('passkey_taken') : null
  }

  async function addQuietly(user: User, before: UserRecord, added: Passkey) {
    if (!isUnchanged(before, user)) return refused('person_gone')
    const changed = await changeList(before, [...before.passkeys, added])
    return changed === null ? refused('input_invalid') : ok({ user: toUser(changed), recoveryCodes: null })
  }

  async function addFactor(
    user: User,
    checked: Checked,
    added: Passkey,
    made: Extract<Awaited<ReturnType<typeof newRecoveryCodes>>, { ok: true }> | null,
  ) {
    let recoveryCodes: string[] | null = null
    const changed = await changeFactors({ users, clock }, user, (record) => {
      const refusal = refusalOf(record, checked, false)
      if (refusal !== null) return refusal
      const isNew = made !== null && record.recoveryCodes.length === 0
      recoveryCodes = isNew ? made.value.codes : null
      const passkeys = [...withoutAutomatic(record.passkeys), added]
      return ok({ passkeys, ...(isNew && { recoveryCodes: made.value.stored }) })
    })
    if (!changed.ok) return changed
    return ok({ user: changed.value, recoveryCodes })
  }

  return {
    rpId: protocol.rpId,
    userHandleOf,

    async ask(asked) {
      const { ceremony } = asked
      const userId = ceremony === 'log-in' ? null : ceremony === 'sign-up' ? newId() : asked.user.id
      const sessionId = 'sessionId' in asked ? asked.sessionId : null
      const { challenge, sealed } = await challenges.issue(ceremony, { userId, sessionId })
      if (userId === null) return { options: await protocol.requestOptions(challenge, null), sealed }
      if (ceremony === 'sign-up') {
        const { username } = asked
        const options = { challenge, userId, username, known: [], isAutomatic: false }
        return { options: await protocol.creationOptions(options), sealed }
      }
      const user = await users.find(userId)
      const known = user?.passkeys ?? []
      if (ceremony === 'second-factor' || ceremony === 'confirm') {
        return { options: await protocol.requestOptions(challenge, known), sealed }
      }
      const isAutomatic = ceremony === 'upgrade'
      const options = { challenge, userId, username: user?.username ?? '', known, isAutomatic }
      return { options: await protocol.creationOptions(options), sealed }
    },

    async check(response, by) {
      const isLogIn = by.ceremony === 'log-in'
      const only: Ceremony[] = isLogIn ? ['log-in', 'second-factor'] : ['confirm']
      const challenge = await challenges.open(by.held, only, isLogIn ? null : by.sessionId)
      const assertion = parseAssertion(response)
      if (challenge === null || assertion === null) return { ...refused('challenge_over'), userId: null }
      if (isLogIn && challenge.ceremony === 'second-factor' && challenge.userId !== by.stepUserId) {
        return { ...refused('step_over'), userId: null }
      }
      const userId = challenge.userId ?? userIdIn(assertion)
      const user = userId === null ? null : await users.find(userId)
      const { address } = by.client.by
      const network = countedAddress(address)
      // As for passwords: strangers at the same address must not keep a user out of their own browser.
      const isCounted = user === null || !by.client.isKnown(user)
      const waitMs = isCounted ? await rateLimits.take('wrong-password', network) : 0
      if (waitMs > 0) return { ok: false, code: 'too_soon_here', waitMs, userId: null }
      let isWrong = false
      try {
        const checked = await checkAssertion(assertion, challenge, user, address)
        isWrong = !checked.ok && checked.code !== 'challenge_over'
        return checked as Awaited<ReturnType<Passkeys['check']>>
      } finally {
        if (isCounted && !isWrong) await rateLimits.giveBack('wrong-password', network)
      }
    },

    async checkNew(response, { held, ceremony, sessionId }) {
      const challenge = await challenges.open(held, [ceremony], sessionId)
      if (challenge === null || challenge.userId === null) return refused('challenge_over')
      const credential = await protocol.verifyNew(response, challenge.challenge, ceremony === 'upgrade')
      if (credential === null) return refused('passkey_wrong')
      if (!(await challenges.spend(challenge))) return refused('challenge_over')
      return ok({ userId: challenge.userId, credential })
    },

    async prepareFirst(checked, userAgent) {
      const made = await newRecoveryCodes(passwords)
      if (!made.ok) return made
      if (!(await claim(checked))) return refused('passkey_taken')
      const { codes, stored: recoveryCodes } = made.value
      return ok({ id: checked.userId, passkeys: [passkeyOf(checked, '', userAgent, false)], recoveryCodes, codes })
    },

    release,

    async list(userId) {
      const [passkeys, uses] = await Promise.all([findPasskeys(userId), credentialUses.listByUser(userId)])
      return passkeys.map(({ publicKey: _, transports: __, ...passkey }) => {
        const usedAt = uses.find(({ id }) => id === passkeyUseId(passkey.id))?.usedAt ?? passkey.createdAt
        const lastUsedAt = usedAt > passkey.createdAt ? usedAt : null
        return { ...passkey, lastUsedAt, isOfThisHost: passkey.rpId === protocol.rpId }
      })
    },

    async isOwnHere(userId) {
      const passkeys = await findPasskeys(userId)
      return passkeys.some(({ rpId, isAutomatic }) => rpId === protocol.rpId && !isAutomatic)
    },

    async add(user, checked, { name, userAgent, isAutomatic }) {
      const before = await users.find(checked.userId)
      if (!isActive(before)) return refused('person_gone')
      const refusal = refusalOf(before, checked, isAutomatic)
      if (refusal !== null) return refusal
      const made = isAutomatic || before.recoveryCodes.length > 0 ? null : await newRecoveryCodes(passwords)
      if (made?.ok === false) return made
      if (!(await claim(checked))) return refused('passkey_taken')
      const added = passkeyOf(checked, name, userAgent, isAutomatic)
      const changed = isAutomatic ? await addQuietly(user, before, added) : await addFactor(user, checked, added, made)
      if (!changed.ok) await release(checked)
      return changed
    },

    async rename(userId, id, name) {
      const before = await users.find(userId)
      if (!before?.passkeys.some((passkey) => passkey.id === id)) return refused('passkey_gone')
      const passkeys = before.passkeys.map((passkey) => (passkey.id === id ? { ...passkey, name } : passkey))
      return (await changeList(before, passkeys)) === null ? refused('input_invalid') : ok(null)
    },

    async remove(user, id) {
      const removed = await changeFactors({ users, clock }, user, (record) => {
        const passkeys = record.passkeys.filter((passkey) => passkey.id !== id)
        if (passkeys.length === record.passkeys.length) return refused('passkey_gone')
        if (passkeys.length === 0 && record.passwordHash === noPassword) return refused('last_way_in')
        return changeByOwner(record, { totp: record.totp, passkeys }, requireTwoFactor)
      })
      if (removed.ok) await credentialUses.forget(passkeyUseId(id))
      return removed
    },
  }
}

/** What the list calls a passkey whose user gave no name. */
function nameFor(userAgent: string): string {
  const { browser, system } = parseDevice(userAgent)
  return [browser, system].filter((part) => part !== null).join(' on ')
}
