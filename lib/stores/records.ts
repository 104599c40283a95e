// Values computed from a record, shared by all drivers.

import { isDeepStrictEqual } from 'node:util'

import { asciiEmail } from '../core/email-address.ts'
import type { CredentialUse, LockoutSubject, UserFields, UserRecord } from './types.ts'

/** The text that a search looks in. Computed here because databases disagree on lower case. */
export function searchText({ username, email, profile }: UserRecord): string {
  return lowerCase([username, email ?? '', profile.fullName].join('\n'))
}

/** The unique key of a verified address; null for an unverified one. Computed here for the same reason. */
export function verifiedKey({ email, emailVerifiedAt }: Pick<UserRecord, 'email' | 'emailVerifiedAt'>): string | null {
  return email === null || emailVerifiedAt === null ? null : emailKey(email)
}

/**
 * The form in which addresses are compared: without case, and with one spelling for domains with an ASCII and a Unicode
 * form. Leaves lower-case ASCII as it is, so that stored keys stay valid.
 */
export function emailKey(email: string): string {
  return lowerCase(asciiEmail(email))
}

export function lowerCase(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

export function lockoutId({ userId, about }: Pick<LockoutSubject, 'userId' | 'about'>): string {
  return `${userId} ${about}`
}

/** Whether a use may follow the recorded one: see `CredentialUseStore.advance`. */
export function advances(use: CredentialUse, before: CredentialUse | undefined): boolean {
  if (before === undefined) return true
  return use.userId === before.userId && (use.mark > before.mark || (use.mark === 0 && before.mark === 0))
}

export function isActiveAdmin({ role, status, deletedAt }: UserRecord): boolean {
  return role === 'admin' && status === 'active' && deletedAt === null
}

/** The last-admin rule: an active admin must remain. `activeAdmins` is the number before the change. */
export function losesLastAdmin(before: UserRecord, after: UserRecord, activeAdmins: number): boolean {
  return isActiveAdmin(before) && !isActiveAdmin(after) && activeAdmins === 1
}

/** The comparison of a compare and set: whether the fields have these values. */
export function holds(user: UserRecord, expected: UserFields): boolean {
  return isDeepStrictEqual({ ...user, ...expected }, user)
}
