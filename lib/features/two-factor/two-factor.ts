// The authenticator app and the recovery codes of users: turns them on and off, and checks what a user types.
import { z } from 'zod'
import { isActive, type User } from '../../auth/accounts.ts'
import { changeFactors } from '../../auth/change-factors.ts'
import { totpUseId } from '../../auth/credential-uses.ts'
import { changeByOwner, hasSecondFactor, nextChangeTime, withoutAutomatic } from '../../auth/factors.ts'
import type { Compared, Lockout, LockoutFault, LoginClient } from '../../auth/lockout/lockout.ts'
import { findRecoveryCode, newRecoveryCodes, parseRecoveryCode } from '../../auth/recovery-codes.ts'
import { openTotpKey, sealTotpKey } from '../../auth/totp-key.ts'
import { type Clock, minutes } from '../../core/clock.ts'
import type { PasswordHasher } from '../../core/crypto/password.ts'
import { oneTimeTokens } from '../../core/one-time-tokens.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { findCode } from '../../core/typed-text.ts'
import type { CredentialUseStore, Role, TokenStore, UserRecord, UserStore } from '../../stores/types.ts'
import { codeDigits, findStep, newTotpKey, totpUri } from './totp.ts'

/** Long enough to install an app. */
const enrolmentMs = minutes(30)

export interface TwoFactor {
  /** The key that this session is enrolling, sealed in the store: the same until it is turned on or the time is over. */
  enrolment(user: User, sessionId: string): Promise<{ key: string; uri: string }>
  /** A re-authentication gives the session a new id. */
  moveEnrolment(fromSessionId: string, toSessionId: string): Promise<void>
  /** Uses up the code that proves the app. Also makes recovery codes when none are left. */
  turnOn(
    user: User,
    sessionId: string,
    typed: string,
  ): Promise<
    Result<
      { user: User; recoveryCodes: string[] | null },
      'code_wrong' | 'code_used' | 'enrolment_over' | 'already_on' | 'busy' | 'person_gone'
    >
  >
  /** The last second factor takes the recovery codes along. A role that must have one keeps it. */
  turnOff(user: User): Promise<Result<User, 'already_off' | 'second_factor_required' | 'person_gone'>>
  /** The old codes are void. */
  renewRecoveryCodes(
    user: User,
  ): Promise<Result<{ user: User; recoveryCodes: string[] }, 'already_off' | 'busy' | 'person_gone'>>
  /**
   * Six digits are the app's code, anything else a recovery code. Each works once. Wrong ones count for the user, apart
   * from wrong passwords. The returned user is the one that was passed, so a concurrent change of factors or password
   * voids what follows.
   */
  check(user: User, typed: string, client: LoginClient): Promise<CodeCheck>
  /** When the app's code was last used. */
  lastUsedAt(userId: string): Promise<number | null>
}

type CodeCheck =
  | { ok: true; value: { method: 'totp' | 'recovery-code'; user: User } }
  | ({ ok: false } & (LockoutFault | { code: 'code_wrong' | 'code_used' | 'busy' }))

export function createTwoFactor(deps: {
  users: UserStore
  tokens: TokenStore
  credentialUses: CredentialUseStore
  passwords: PasswordHasher
  lockout: Lockout
  secrets: readonly string[]
  /** The name of the site in the user's app. */
  issuer: string
  requireTwoFactor: readonly Role[]
  /** Called after a recovery code was used. */
  onRecoveryCode: (user: UserRecord, client: LoginClient) => Promise<void>
  clock: Clock
}): TwoFactor {
  const { users, credentialUses, passwords, lockout, secrets, issuer, requireTwoFactor, onRecoveryCode, clock } = deps
  const enrolments = oneTimeTokens({
    store: deps.tokens,
    clock,
    purpose: 'two-factor-enrolment',
    lifeMs: enrolmentMs,
    detail: z.strictObject({ sealed: z.string() }),
  })

  async function findEnrolment(userId: string, sessionId: string): Promise<string | null> {
    const token = await enrolments.find(sessionId)
    return token && openTotpKey(token.detail.sealed, userId, secrets)
  }

  /** Of several concurrent requests, all show the key of one. */
  async function startEnrolment(userId: string, sessionId: string): Promise<string> {
    const key = newTotpKey()
    const detail = { sealed: await sealTotpKey(key, userId, secrets) }
    if (await enrolments.add(sessionId, detail)) return key
    const shown = await findEnrolment(userId, sessionId)
    if (shown !== null) return shown
    // The one in the store has expired.
    await enrolments.put(sessionId, detail)
    return key
  }

  /** Accepts the step once, in all processes that share the store. */
  const acceptOnce = (userId: string, step: number) =>
    credentialUses.advance({ id: totpUseId(userId), userId, mark: step, usedAt: clock() })

  async function checkTotp({ id, totp }: UserRecord, code: string): Promise<Compared<CodeCheck | null>> {
    const key = totp && (await openTotpKey(totp.sealed, id, secrets))
    if (totp !== null && key === null)
      throw new Error('The key of an authenticator app was sealed with another secret.')
    const step = key === null ? null : findStep(key, code, clock())
    if (step === null) return { matched: false, value: refused('code_wrong') }
    // A repeated code is no guess, and must not forgive guesses either.
    if (!(await acceptOnce(id, step))) return { matched: null, value: refused('code_used') }
    return { matched: true, value: null }
  }

  async function checkRecoveryCode(
    record: UserRecord,
    code: string,
    client: LoginClient,
  ): Promise<Compared<CodeCheck | null>> {
    let present: UserRecord | null = record
    let wasFound = false
    while (present !== null) {
      const { id, recoveryCodes } = present
      const found = await findRecoveryCode(passwords, recoveryCodes, code)
      if (!found.ok) return { matched: null, value: found }
      if (found.value === null) break
      wasFound = true
      const left = recoveryCodes.filter(({ hash }) => hash !== found.value?.hash)
      // Compare and set: of several concurrent uses one removes the code. Another code may have been used meanwhile.
      const updated = await users.update(id, { recoveryCodes: left }, { recoveryCodes })
      if (updated !== null) {
        await onRecoveryCode(updated, client)
        return { matched: true, value: null }
      }
      present = await users.find(id)
    }
    return wasFound ? { matched: null, value: refused('code_used') } : { matched: false, value: refused('code_wrong') }
  }

  return {
    async enrolment({ id, username }, sessionId) {
      const key = (await findEnrolment(id, sessionId)) ?? (await startEnrolment(id, sessionId))
      return { key, uri: totpUri(key, { issuer, username }) }
    },

    async moveEnrolment(from, to) {
      const token = await enrolments.take(from)
      if (token !== null) await enrolments.put(to, token.detail)
    },

    async turnOn(user, sessionId, typed) {
      const { id } = user
      const before = await users.find(id)
      if (!isActive(before)) return refused('person_gone')
      if (before.totp !== null) return refused('already_on')
      const key = await findEnrolment(id, sessionId)
      if (key === null) return refused('enrolment_over')
      const code = findCode(typed, codeDigits)
      const step = code === null ? null : findStep(key, code, clock())
      if (step === null) return refused('code_wrong')
      // Before the change: the code that enrols must not log in.
      if (!(await acceptOnce(id, step))) return refused('code_used')
      const made = before.recoveryCodes.length === 0 ? await newRecoveryCodes(passwords) : null
      if (made?.ok === false) return made
      const sealed = await sealTotpKey(key, id, secrets)
      let recoveryCodes: string[] | null = null
      const changed = await changeFactors({ users, clock }, user, (record) => {
        if (record.totp !== null) return refused('already_on')
        const isNew = made !== null && record.recoveryCodes.length === 0
        recoveryCodes = isNew ? made.value.codes : null
        // Never before an earlier factor: wrong codes count from then on.
        const totp = { sealed, createdAt: nextChangeTime(record.factorsChangedAt, clock()) }
        const passkeys = withoutAutomatic(record.passkeys)
        return ok({ totp, passkeys, ...(isNew && { recoveryCodes: made.value.stored }) })
      })
      if (!changed.ok) return changed
      // It expires by itself, and without this answer nobody would see the codes.
      await enrolments.take(sessionId).catch(() => null)
      return ok({ user: changed.value, recoveryCodes })
    },

    turnOff: (user) =>
      changeFactors({ users, clock }, user, (record) => {
        if (record.totp === null) return refused('already_off')
        return changeByOwner(record, { totp: null, passkeys: record.passkeys }, requireTwoFactor)
      }),

    async renewRecoveryCodes(user) {
      if (!user.factors.hasSecondFactor) return refused('already_off')
      const made = await newRecoveryCodes(passwords)
      if (!made.ok) return made
      const changed = await changeFactors({ users, clock }, user, (record) =>
        hasSecondFactor(record) ? ok({ recoveryCodes: made.value.stored }) : refused('already_off'),
      )
      return changed.ok ? ok({ user: changed.value, recoveryCodes: made.value.codes }) : changed
    },

    async check(user, typed, client) {
      const digits = findCode(typed, codeDigits)
      const recoveryCode = parseRecoveryCode(typed)
      const method = digits === null || recoveryCode !== null ? 'recovery-code' : 'totp'
      const whom = { name: user.id, user: await users.find(user.id), secret: 'second-factor' } as const
      const tried = await lockout.attempt(whom, client, async (record): Promise<Compared<CodeCheck | null>> => {
        if (record === null) return { matched: null, value: refused('code_wrong') }
        if (method === 'totp') return checkTotp(record, digits ?? '')
        if (recoveryCode === null) return { matched: false, value: refused('code_wrong') }
        return checkRecoveryCode(record, recoveryCode, client)
      })
      if (!tried.ok) return tried
      if (tried.value !== null) return tried.value
      return ok({ method, user })
    },

    async lastUsedAt(userId) {
      const uses = await credentialUses.listByUser(userId)
      return uses.find(({ id }) => id === totpUseId(userId))?.usedAt ?? null
    },
  }
}
