// The form of every kind of record, checked: whatever is read from a file, a table or a back-up passes here, so that
// no store ever holds or hands out anything else. The order of the fields is the order in which they are written; a field
// that came later has a default, for the records of earlier versions.

import { z } from 'zod'
import { asciiEmail } from '../email-address.ts'

import {
  type AuditRecord,
  type EndedSession,
  endReasons,
  type MailRecord,
  type ReservedUsername,
  roles,
  type SessionRecord,
  type StoredRecord,
  type TokenRecord,
  type UserRecord,
  userStatuses,
} from './types.ts'

const time = z.int()
const failures = z.strictObject({ count: z.int().min(0), lastAt: time })

export const userSchema: z.ZodType<UserRecord> = z.strictObject({
  id: z.string(),
  username: z.string(),
  passwordHash: z.string(),
  email: z.string().nullable(),
  emailVerifiedAt: time.nullable(),
  newEmail: z.string().nullable().default(null),
  role: z.enum(roles),
  status: z.enum(userStatuses),
  suspendedUntil: time.nullable().default(null),
  suspendReason: z.string().default(''),
  profile: z.strictObject({ fullName: z.string(), bio: z.string(), age: z.int().nullable() }),
  createdAt: time,
  passwordChangedAt: time.nullable().default(null),
  wrongPasswords: z.strictObject({ new: failures, known: failures }).nullable().default(null),
  deletedAt: time.nullable().default(null),
  recoveryGeneration: z.int().min(0).default(0),
  recoveryAddressVerifiedAt: time.default(0),
  formerAddress: z.strictObject({ email: z.string(), verifiedAt: time, until: time }).nullable().default(null),
  locale: z.string().nullable().default(null),
  timeZone: z.string().nullable().default(null),
})

export const sessionSchema: z.ZodType<SessionRecord> = z.strictObject({
  id: z.string(),
  userId: z.string(),
  createdAt: time,
  lastActivityAt: time,
  provedAt: time.default(0),
  userAgent: z.string().default(''),
  address: z.string().default(''),
})

export const endedSchema: z.ZodType<EndedSession> = z.strictObject({
  id: z.string(),
  reason: z.enum(endReasons),
  at: time,
})

export const tokenSchema: z.ZodType<TokenRecord> = z.strictObject({
  id: z.string(),
  purpose: z.string(),
  subject: z.string(),
  detail: z.string(),
  createdAt: time,
  expiresAt: time,
  issuedBy: z.string().nullable().default(null),
})

export const reservedSchema: z.ZodType<ReservedUsername> = z.strictObject({
  id: z.string(),
  userId: z.string(),
  until: time,
})

export const mailSchema: z.ZodType<MailRecord> = z.strictObject({
  id: z.string(),
  sealed: z.string(),
  createdAt: time,
  dueAt: time,
  attempts: z.int(),
})

export const auditSchema: z.ZodType<AuditRecord> = z.strictObject({
  seq: z.int().min(1),
  at: time,
  event: z.string(),
  outcome: z.enum(['done', 'refused']),
  actorId: z.string().nullable(),
  subjectId: z.string().nullable(),
  detail: z.string(),
  network: z.string(),
  addressHash: z.string(),
  address: z.string(),
  addressSalt: z.string(),
  previous: z.string(),
  id: z.string(),
})

export const storedRecordSchema: z.ZodType<StoredRecord> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('user'), record: userSchema }),
  z.strictObject({ kind: z.literal('session'), record: sessionSchema }),
  z.strictObject({ kind: z.literal('ended'), record: endedSchema }),
  z.strictObject({ kind: z.literal('token'), record: tokenSchema }),
  z.strictObject({ kind: z.literal('reserved'), record: reservedSchema }),
  z.strictObject({ kind: z.literal('mail'), record: mailSchema }),
  z.strictObject({ kind: z.literal('audit'), record: auditSchema }),
])

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
