// Records for tests of stores.

import { z } from 'zod'

import { innerOf, type KindName, kinds, type NewUser, newUser, type RecordOf } from '#lib/stores/kinds.ts'
import { lockoutId } from '#lib/stores/records.ts'
import type {
  AuditEntry,
  AuditQuery,
  LockoutRecord,
  MailRecord,
  Passkey,
  Profile,
  SessionRecord,
  StoredRecord,
  TokenRecord,
  TouchBounds,
  UserQuery,
  UserRecord,
} from '#lib/stores/types.ts'

/** Keys with a meaning in JavaScript, JSON or SQL, which must work like any other. */
export const trickyKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '0',
  "'; --",
  '%',
  '_',
  ' ',
]

export function aUser(overrides: Partial<NewUser> = {}): UserRecord {
  const username = overrides.username ?? 'alice'
  return newUser({
    id: `id-of-${username}`,
    username,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    profile: { fullName: 'Alice Liddell', bio: 'Curiouser and curiouser.', age: 19 },
    createdAt: 1_000,
    ...overrides,
  })
}

export function aPasskey(overrides: Partial<Passkey> = {}): Passkey {
  return {
    id: 'Y3JlZGVudGlhbA',
    publicKey: 'cHVibGljLWtleQ',
    transports: ['internal'],
    name: 'A laptop',
    rpId: 'localhost',
    isSynced: false,
    isAutomatic: false,
    createdAt: 1,
    ...overrides,
  }
}

export function aProfile(fields: Partial<Profile>): Profile {
  return aUser({ profile: fields }).profile
}

/** A record of any kind, generated from its schema, with the number in every text. */
export function sampleOf<Name extends KindName>(name: Name, number: number): RecordOf<Name> {
  return sampleValue(kinds[name].schema, name, number) as RecordOf<Name>
}

function sampleValue(wrapped: z.core.$ZodType, field: string, number: number): unknown {
  const schema = innerOf(wrapped)
  if (schema instanceof z.ZodString) return `${field}-${number}`
  if (schema instanceof z.ZodNumber) return number
  if (schema instanceof z.ZodEnum) return schema.options[0]
  if (!(schema instanceof z.ZodObject)) throw new TypeError(`Say here what a sample of ${field} is.`)
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, inner]) => [name, sampleValue(inner, name, number)]),
  )
}

export function aSession(overrides: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: 'session-1',
    userId: 'id-of-alice',
    createdAt: 1_000,
    lastActivityAt: 2_000,
    provedAt: 1_000,
    authentications: ['password'],
    passwordChangedAt: null,
    factorsChangedAt: null,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) “Gatehouse” Test/1.0',
    address: '2001:db8::7',
    ...overrides,
  }
}

export function aToken(overrides: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id: 'token-1',
    purpose: 'reset-password',
    subject: 'id-of-alice',
    detail: 'alice@example.org',
    createdAt: 1_000,
    expiresAt: 5_000,
    issuedBy: null,
    ...overrides,
  }
}

export function aMail(overrides: Partial<MailRecord> = {}): MailRecord {
  return { id: 'mail-1', sealed: 'sealed', createdAt: 1_000, dueAt: 1_000, attempts: 0, ...overrides }
}

export function aPicture(overrides: Partial<RecordOf<'picture'>> = {}): RecordOf<'picture'> {
  return { id: 'id-of-alice', version: 'a1', image: 'UklGRg==', savedAt: 1_000, ...overrides }
}

/** A wrong password, in a browser that the user never logged in with. */
export function aLockout(overrides: Partial<Omit<LockoutRecord, 'id'>> = {}): LockoutRecord {
  const fields = { userId: 'id-of-alice', about: 'password-new', secretSetAt: 0, count: 1, lastAt: 1_000, ...overrides }
  return { id: lockoutId(fields), ...fields }
}

export function anEntry(overrides: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: 1_000,
    event: 'session.started',
    outcome: 'done',
    actorId: 'id-of-alice',
    subjectId: 'id-of-alice',
    detail: '{}',
    network: '192.0.2.0/24',
    addressHash: 'hash of salt and address',
    address: '192.0.2.7',
    addressSalt: 'salt',
    ...overrides,
  }
}

/** Fifty users from the first on, by username. */
export const everybody: UserQuery = {
  search: '',
  role: null,
  state: null,
  by: 'username',
  descending: false,
  after: null,
  limit: 50,
}

export const everyEntry: AuditQuery = {
  event: null,
  outcome: null,
  personId: null,
  since: null,
  until: null,
  before: null,
  limit: 100,
}

/** All sessions are live and none is recent, so each touch writes. */
export const always: TouchBounds = { activeAfter: 0, createdAfter: 0, latest: 1_000_000, recentAfter: 1_000_000 }

export async function* recordsOf(records: StoredRecord[]): AsyncGenerator<StoredRecord> {
  yield* structuredClone(records)
}
