// What is computed from a record, for every driver alike.

import { asciiEmail } from '../core/email-address.ts'
import type { LockoutSubject, UserRecord } from './types.ts'

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
