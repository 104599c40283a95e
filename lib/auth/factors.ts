// What a user can authenticate with, and what a log-in still owes. Every way in asks this file.
import { noPassword } from '../core/crypto/old-hashes.ts'
import { ok, refused } from '../core/result.ts'
import { isTwoFactor } from '../core/roles/required-factor.ts'
import type { AuthenticationMethod, Role, UserRecord } from '../stores/types.ts'
import type { User } from './accounts.ts'
import type { Authentication } from './sessions/sessions.ts'

export interface Factors {
  hasPassword: boolean
  hasTotp: boolean
  /** When the authenticator app was turned on, or null. */
  totpSince: number | null
  recoveryCodesLeft: number
  passkeyCount: number
  /** Whether the password alone no longer suffices. */
  hasSecondFactor: boolean
  /** When one last changed, or null. */
  changedAt: number | null
}

export function factorsOf({ passwordHash, totp, recoveryCodes, passkeys, factorsChangedAt }: UserRecord): Factors {
  return {
    hasPassword: passwordHash !== noPassword,
    hasTotp: totp !== null,
    totpSince: totp?.createdAt ?? null,
    recoveryCodesLeft: recoveryCodes.length,
    passkeyCount: passkeys.length,
    hasSecondFactor: hasSecondFactor({ totp, passkeys }),
    changedAt: factorsChangedAt,
  }
}

/** An automatic passkey is none: its owner may not know of it and would be locked out in another browser. */
export function hasSecondFactor({ totp, passkeys }: Pick<UserRecord, 'totp' | 'passkeys'>): boolean {
  return totp !== null || passkeys.some(({ isAutomatic }) => !isAutomatic)
}

/**
 * Those that the user added. An automatic passkey took the password alone, so it goes with the password, and with the
 * first second factor: a thief of the password may have made it.
 */
export function withoutAutomatic(passkeys: UserRecord['passkeys']): UserRecord['passkeys'] {
  return passkeys.filter(({ isAutomatic }) => !isAutomatic)
}

/**
 * The change that leaves only these factors. The recovery codes go with the last second factor, and are not written
 * otherwise: that would bring one back that was used meanwhile.
 */
function changeTo(kept: Pick<UserRecord, 'totp' | 'passkeys'>) {
  return { ...kept, ...(!hasSecondFactor(kept) && { recoveryCodes: [] }) }
}

/** Like `changeTo`, for a user who removes a factor. A role that must have a second factor keeps the last one. */
export function changeByOwner(
  record: UserRecord,
  kept: Pick<UserRecord, 'totp' | 'passkeys'>,
  requiredFor: readonly Role[],
) {
  const isLast = hasSecondFactor(record) && !hasSecondFactor(kept)
  return isLast && requiredFor.includes(record.role) ? refused('second_factor_required') : ok(changeTo(kept))
}

/** The change that removes the second factors made at `since` or later, or null when there are none. */
export function removalOf({ totp, passkeys, factorsChangedAt }: UserRecord, since: number, now: number) {
  const kept = {
    totp: totp !== null && totp.createdAt < since ? totp : null,
    passkeys: passkeys.filter(({ createdAt }) => createdAt < since),
  }
  if (kept.totp === totp && kept.passkeys.length === passkeys.length) return null
  return { ...changeTo(kept), factorsChangedAt: nextChangeTime(factorsChangedAt, now) }
}

/** Two changes of factors differ in time even within one millisecond. */
export function nextChangeTime(factorsChangedAt: number | null, now: number): number {
  return Math.max(now, (factorsChangedAt ?? 0) + 1)
}

/** Whether the present password does not suffice for a new one: it proves not all factors, or there is none. */
export function isPasswordTooLittle({ hasPassword, hasSecondFactor }: Factors): boolean {
  return hasSecondFactor || !hasPassword
}

/** Whether the log-in needs a second factor beside what was given (OWASP ASVS 5.0, 6.3.3). */
export function owesSecondFactor(
  { factors, role }: { factors: Factors; role: Role },
  given: readonly AuthenticationMethod[],
  requiredFor: readonly Role[],
): boolean {
  if (isTwoFactor(given)) return false
  return factors.hasSecondFactor || (factors.passkeyCount > 0 && requiredFor.includes(role))
}

/** What a session keeps of it. */
export function authenticationOf(
  { passwordChangedAt, factors }: Pick<User, 'passwordChangedAt' | 'factors'>,
  given: readonly AuthenticationMethod[],
): Authentication {
  return { authentications: [...given], passwordChangedAt, factorsChangedAt: factors.changedAt }
}
