// What is computed from a record, for every driver alike.

import { isDeepStrictEqual } from 'node:util'

import { asciiEmail } from '../core/email-address.ts'
import type { LockoutSubject, UserFields, UserRecord } from './types.ts'

/** What a search looks in. Computed here for every driver: no two databases agree on lower case. */
export function searchText({ username, email, profile }: UserRecord): string {
  return lowerCase([username, email ?? '', profile.fullName].join('\n'))
}

/** By which an address is unique once it is verified; null for one that is not. Computed here for the same reason. */
export function verifiedKey({ email, emailVerifiedAt }: Pick<UserRecord, 'email' | 'emailVerifiedAt'>): string | null {
  return email === null || emailVerifiedAt === null ? null : emailKey(email)
}

/**
 * The form in which addresses are compared: without case, and with one spelling of a domain that has two (ASCII and Unicode).
 * An address that is plain ASCII is its own form, so that the keys which databases hold stay as they are.
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

export function isActiveAdmin({ role, status, deletedAt }: UserRecord): boolean {
  return role === 'admin' && status === 'active' && deletedAt === null
}

/** The last-admin rule: a change must leave an active admin. `activeAdmins` is how many there were before it. */
export function losesLastAdmin(before: UserRecord, after: UserRecord, activeAdmins: number): boolean {
  return isActiveAdmin(before) && !isActiveAdmin(after) && activeAdmins === 1
}

/** Whether the fields have these values: the comparison of a compare and set. */
export function holds(user: UserRecord, expected: UserFields): boolean {
  return isDeepStrictEqual({ ...user, ...expected }, user)
}
