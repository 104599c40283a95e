// The tables as the code sees them, and how a row becomes a record. migrations.ts makes them.

import { searchText, verifiedKey } from '#lib/stores/records.ts'
import type {
  AuditHead,
  AuditRecord,
  EndReason,
  MailRecord,
  ReservedUsername,
  Role,
  SessionRecord,
  TokenRecord,
  UserRecord,
} from '#lib/stores/types.ts'

export interface Tables {
  users: UserRow
  sessions: SessionRow
  tokens: TokenRow
  reserved_usernames: ReservedRow
  mails: MailRow
  audit: AuditRow
  /** One row: the last entry that there ever was. */
  audit_head: AuditHead
  /** One row. */
  gatehouse_schema: { version: number }
}

export interface UserRow {
  id: string
  username: string
  password_hash: string
  email: string | null
  email_verified_at: number | null
  new_email: string | null
  role: Role
  status: UserRecord['status']
  suspended_until: number | null
  suspend_reason: string
  full_name: string
  bio: string
  age: number | null
  created_at: number
  password_changed_at: number | null
  /** JSON, see UserRecord. */
  wrong_passwords: string | null
  deleted_at: number | null
  recovery_generation: number
  recovery_address_verified_at: number
  /** JSON, see UserRecord. */
  former_address: string | null
  locale: string | null
  time_zone: string | null
  /** By which a verified address is unique, see records.ts. */
  verified_email: string | null
  /** What a search looks in, see records.ts. */
  search_text: string
}

/** Live or ended: one that ended keeps its id and why, and belongs to nobody any more. */
export interface SessionRow {
  id: string
  user_id: string | null
  created_at: number
  last_activity_at: number
  proved_at: number
  user_agent: string
  address: string
  ended_at: number | null
  end_reason: EndReason | null
}

export interface TokenRow {
  id: string
  purpose: string
  subject: string
  detail: string
  created_at: number
  expires_at: number
  issued_by: string | null
}

export interface ReservedRow {
  id: string
  user_id: string
  until: number
}

export interface MailRow {
  id: string
  sealed: string
  created_at: number
  due_at: number
  attempts: number
}

export interface AuditRow {
  seq: number
  at: number
  event: string
  outcome: AuditRecord['outcome']
  actor_id: string | null
  subject_id: string | null
  detail: string
  network: string
  address_hash: string
  address: string
  address_salt: string
  previous: string
  id: string
}

export const userColumns = [
  'id',
  'username',
  'password_hash',
  'email',
  'email_verified_at',
  'new_email',
  'role',
  'status',
  'suspended_until',
  'suspend_reason',
  'full_name',
  'bio',
  'age',
  'created_at',
  'password_changed_at',
  'wrong_passwords',
  'deleted_at',
  'recovery_generation',
  'recovery_address_verified_at',
  'former_address',
  'locale',
  'time_zone',
] as const satisfies (keyof UserRow)[]

export function userOf(row: Pick<UserRow, (typeof userColumns)[number]>): UserRecord {
  return {
    id: row.id,
    username: row.username,
    passwordHash: row.password_hash,
    email: row.email,
    emailVerifiedAt: row.email_verified_at,
    newEmail: row.new_email,
    role: row.role,
    status: row.status,
    suspendedUntil: row.suspended_until,
    suspendReason: row.suspend_reason,
    profile: { fullName: row.full_name, bio: row.bio, age: row.age },
    createdAt: row.created_at,
    passwordChangedAt: row.password_changed_at,
    wrongPasswords: row.wrong_passwords === null ? null : JSON.parse(row.wrong_passwords),
    deletedAt: row.deleted_at,
    recoveryGeneration: row.recovery_generation,
    recoveryAddressVerifiedAt: row.recovery_address_verified_at,
    formerAddress: row.former_address === null ? null : JSON.parse(row.former_address),
    locale: row.locale,
    timeZone: row.time_zone,
  }
}

export function userRow(user: UserRecord): UserRow {
  return {
    id: user.id,
    username: user.username,
    password_hash: user.passwordHash,
    email: user.email,
    email_verified_at: user.emailVerifiedAt,
    new_email: user.newEmail,
    role: user.role,
    status: user.status,
    suspended_until: user.suspendedUntil,
    suspend_reason: user.suspendReason,
    full_name: user.profile.fullName,
    bio: user.profile.bio,
    age: user.profile.age,
    created_at: user.createdAt,
    password_changed_at: user.passwordChangedAt,
    wrong_passwords: user.wrongPasswords === null ? null : JSON.stringify(user.wrongPasswords),
    deleted_at: user.deletedAt,
    recovery_generation: user.recoveryGeneration,
    recovery_address_verified_at: user.recoveryAddressVerifiedAt,
    former_address: user.formerAddress === null ? null : JSON.stringify(user.formerAddress),
    locale: user.locale,
    time_zone: user.timeZone,
    verified_email: verifiedKey(user),
    search_text: searchText(user),
  }
}

export const sessionColumns = [
  'id',
  'user_id',
  'created_at',
  'last_activity_at',
  'proved_at',
  'user_agent',
  'address',
] as const satisfies (keyof SessionRow)[]

/** Of a live session: only those have somebody. */
export function sessionOf(row: Pick<SessionRow, (typeof sessionColumns)[number]>): SessionRecord {
  // A string by the table's own check; '' would fail the record's schema wherever it is checked.
  return {
    id: row.id,
    userId: row.user_id ?? '',
    createdAt: row.created_at,
    lastActivityAt: row.last_activity_at,
    provedAt: row.proved_at,
    userAgent: row.user_agent,
    address: row.address,
  }
}

export function sessionRow(session: SessionRecord): SessionRow {
  return {
    id: session.id,
    user_id: session.userId,
    created_at: session.createdAt,
    last_activity_at: session.lastActivityAt,
    proved_at: session.provedAt,
    user_agent: session.userAgent,
    address: session.address,
    ended_at: null,
    end_reason: null,
  }
}

export const reservedColumns = ['id', 'user_id', 'until'] as const satisfies (keyof ReservedRow)[]

export function reservedOf({ id, user_id, until }: ReservedRow): ReservedUsername {
  return { id, userId: user_id, until }
}

export function reservedRow({ id, userId, until }: ReservedUsername): ReservedRow {
  return { id, user_id: userId, until }
}

export const mailColumns = ['id', 'sealed', 'created_at', 'due_at', 'attempts'] as const satisfies (keyof MailRow)[]

export function mailOf({ id, sealed, created_at, due_at, attempts }: MailRow): MailRecord {
  return { id, sealed, createdAt: created_at, dueAt: due_at, attempts }
}

export function mailRow({ id, sealed, createdAt, dueAt, attempts }: MailRecord): MailRow {
  return { id, sealed, created_at: createdAt, due_at: dueAt, attempts }
}

export const tokenColumns = [
  'id',
  'purpose',
  'subject',
  'detail',
  'created_at',
  'expires_at',
  'issued_by',
] as const satisfies (keyof TokenRow)[]

export function tokenOf(row: TokenRow): TokenRecord {
  return {
    id: row.id,
    purpose: row.purpose,
    subject: row.subject,
    detail: row.detail,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    issuedBy: row.issued_by,
  }
}

export function tokenRow(token: TokenRecord): TokenRow {
  return {
    id: token.id,
    purpose: token.purpose,
    subject: token.subject,
    detail: token.detail,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    issued_by: token.issuedBy,
  }
}

export const auditColumns = [
  'seq',
  'at',
  'event',
  'outcome',
  'actor_id',
  'subject_id',
  'detail',
  'network',
  'address_hash',
  'address',
  'address_salt',
  'previous',
  'id',
] as const satisfies (keyof AuditRow)[]

export function auditOf(row: AuditRow): AuditRecord {
  const { actor_id, subject_id, address_hash, address_salt, ...rest } = row
  return {
    ...rest,
    actorId: actor_id,
    subjectId: subject_id,
    addressHash: address_hash,
    addressSalt: address_salt,
  }
}

export function auditRow(record: AuditRecord): AuditRow {
  const { actorId, subjectId, addressHash, addressSalt, ...rest } = record
  return {
    ...rest,
    actor_id: actorId,
    subject_id: subjectId,
    address_hash: addressHash,
    address_salt: addressSalt,
  }
}
