// The storage interface of the domain. A driver stores records and provides atomic operations; business rules, limits
// and clocks are elsewhere.

import type { z } from 'zod'

import type { CollectionKind, KindName, RecordOf, userSchema } from './kinds.ts'

export const roles = ['admin', 'member', 'guest'] as const
export type Role = (typeof roles)[number]

export const userStatuses = ['active', 'suspended'] as const

// Not imported by name, which would be circular: the declaration calls functions that take a user.
export type UserRecord = z.infer<typeof userSchema>
export type Profile = UserRecord['profile']
/** A user's passkey, without what changes at each use (`CredentialUse`). */
export type Passkey = UserRecord['passkeys'][number]
/** A replaced address while its owner may undo the change, or none. */
export type FormerAddress = NonNullable<UserRecord['formerAddress']>
export type SessionRecord = RecordOf<'session'>
export type EndedSession = RecordOf<'ended'>
export type TokenRecord = RecordOf<'token'>
export type ReservedUsername = RecordOf<'reserved'>
export type MailRecord = RecordOf<'mail'>
export type LockoutRecord = RecordOf<'lockout'>
/** Consecutive failures and the time of the last. */
export type Failures = Pick<LockoutRecord, 'count' | 'lastAt'>
/** Identifies a counter of failures: the user, and the secret that was not proved. */
export type LockoutSubject = Pick<LockoutRecord, 'userId' | 'about' | 'secretSetAt'>
export type CredentialUse = RecordOf<'credentialUse'>
export type RememberedBrowser = RecordOf<'rememberedBrowser'>
export type AuditRecord = RecordOf<'audit'>
/** An entry before it has its place in the trail. */
export type AuditEntry = Omit<AuditRecord, 'seq' | 'previous' | 'id'>

/** What a user authenticates with. A remembered browser replaces the second factor at log-in only. */
export const authenticationMethods = ['password', 'totp', 'recovery-code', 'passkey', 'remembered-browser'] as const
export type AuthenticationMethod = (typeof authenticationMethods)[number]

/** Why a session is over. The message catalogue has the text for each. */
export const endReasons = ['idle', 'expired', 'ended', 'password-changed', 'signed-out'] as const
export type EndReason = (typeof endReasons)[number]

/** The last entry ever added, which the entries themselves cannot tell. */
export type AuditHead = Pick<AuditRecord, 'seq' | 'id'>

/**
 * The maximum difference between servers' clocks. A stored time further ahead comes from a wrong clock, and waits
 * ignore it.
 */
export const clockSkewMs = 60_000

/** A session is live while both of its times are strictly after these and not beyond `latest`. */
export interface LiveBounds {
  activeAfter: number
  createdAfter: number
  /** A record dated later than this comes from a wrong clock and is not live. */
  latest: number
}

/** The test of liveness, for the domain and every driver that can call it. */
export function isLive(
  { createdAt, lastActivityAt }: Pick<SessionRecord, 'createdAt' | 'lastActivityAt'>,
  bounds: LiveBounds,
): boolean {
  return (
    lastActivityAt > bounds.activeAfter &&
    createdAt > bounds.createdAfter &&
    lastActivityAt <= bounds.latest &&
    createdAt <= bounds.latest
  )
}

/** Bounds for a touch. The domain knows the window and decides the precision of stored times. */
export interface TouchBounds extends LiveBounds {
  /** A session active after this may stay as it is, which saves a write. */
  recentAfter: number
}

export interface UserFilter {
  /** Part of a username, email address or full name, in any case. Empty matches all users. */
  search: string
  /** Null matches all. */
  role: Role | null
  /**
   * `deleted` matches users who deleted their account and are not erased yet, whatever else applies. Null matches all.
   */
  state: 'active' | 'suspended' | 'deleted' | null
}

export interface UserQuery extends UserFilter {
  /** Usernames by code point; times, then usernames. */
  by: 'username' | 'createdAt'
  descending: boolean
  /** Only users after this place in that order. Null starts at the first. */
  after: Pick<UserRecord, 'username' | 'createdAt'> | null
  limit: number
}

/**
 * Returned records are copies: changing one changes nothing in the store. Every write is durable when its promise
 * resolves, except where a method says otherwise. A write that cannot be made durable rejects with a StoreError of code
 * `store_unavailable` and changes nothing.
 */
export interface UserStore {
  /**
   * Decides the uniqueness of id, username and verified address atomically. A username reserved at `createdAt` is taken.
   * With `consume`, the same step uses up the token: it needs a live token (else `token_void`), and an insert that fails
   * leaves the token. Even after a crash, no token creates two users.
   */
  insert(user: UserRecord, options?: { consume?: TokenUse }): Promise<InsertOutcome>
  /** Null for an unknown id. */
  find(id: string): Promise<UserRecord | null>
  /** `username` in canonical form. Null when it is unknown. */
  findByUsername(username: string): Promise<UserRecord | null>
  /** Whether a new user could have it at this time. `username` in canonical form. A concurrent write may take it. */
  isFree(username: string, at: number): Promise<boolean>
  /** The user who verified this address, in any case; null when there is none. */
  findByVerifiedEmail(email: string): Promise<UserRecord | null>
  /** Whether any password hash begins with none of these. Reads all users. */
  hasOtherHash(beginnings: readonly string[]): Promise<boolean>
  /**
   * Changes only the named fields. With `onlyIf`, here and below, changes nothing unless these fields have these values
   * (compare and set). Null when the id is unknown or the comparison fails.
   */
  update(id: string, change: UserChange, onlyIf?: UserFields): Promise<UserRecord | null>
  /**
   * Like `update`, for changes that may verify an address. `email_taken`, without a change, when another user has it.
   */
  changeEmail(id: string, change: EmailChange, onlyIf?: UserFields): Promise<UserRecord | 'email_taken' | null>
  /**
   * Like `update`, for role, suspension and deletion. `last_admin`, without a change, when no active admin would
   * remain.
   */
  changeStanding(id: string, change: StandingChange, onlyIf?: UserFields): Promise<UserRecord | 'last_admin' | null>
  /**
   * Changes the username and reserves the old one, in one step. Users can take back names reserved for them. Null when
   * the id is unknown or the comparison fails.
   */
  rename(
    id: string,
    username: string,
    times: { at: number; reservedUntil: number },
    onlyIf?: UserFields,
  ): Promise<'renamed' | 'username_taken' | null>
  /**
   * Removes the user and reserves the username, in one step. False when the id is unknown or the comparison fails. The
   * caller ends the user's sessions first.
   */
  remove(id: string, reservedUntil: number, onlyIf?: UserFields): Promise<boolean>
  /**
   * At most `limit` users who deleted their account before this time, or after `latest`, which only a wrong clock
   * writes.
   */
  listDeleted(before: number, limit: number, latest?: number): Promise<UserRecord[]>
  /** Removes expired reservations. Returns how many. */
  forgetReserved(at: number): Promise<number>
  /** At most `limit` suspended users whose suspension has expired at this time. */
  listSuspendedUntil(at: number, limit: number): Promise<UserRecord[]>
  /** The users with these ids, in no particular order. */
  findMany(ids: readonly string[]): Promise<UserRecord[]>
  /** At most `limit` users, in the requested order. */
  list(query: UserQuery): Promise<UserRecord[]>
  /** How many users match the filter. */
  count(filter: UserFilter): Promise<number>
}

/** A token that is live at `at`, for this purpose only. */
export interface TokenUse {
  id: string
  purpose: string
  at: number
}

export type InsertOutcome = 'inserted' | 'username_taken' | 'email_taken' | 'token_void'

/** A field of the profile that is absent keeps its value. */
export type UserFields = Partial<Omit<UserRecord, 'id' | 'username' | 'createdAt' | 'profile'>> & {
  profile?: Partial<Profile>
}
/** May unverify an address, end a suspension and undo a deletion: none can conflict with another user. */
export type UserChange = Ordinary & ({ emailVerifiedAt?: null } | { email: string | null; emailVerifiedAt: null })
export type EmailChange = Ordinary & Pick<UserFields, 'email' | 'emailVerifiedAt'>
export type StandingChange = Pick<UserFields, 'role' | 'status' | 'suspendedUntil' | 'suspendReason' | 'deletedAt'>
type Ordinary = Omit<UserFields, 'email' | 'emailVerifiedAt' | 'role' | 'status' | 'deletedAt'> & {
  status?: 'active'
  deletedAt?: null
}

export interface SessionStore {
  /** Throws when the id exists or existed (ids are 256-bit and never repeat), and when the `userId` is unknown. */
  insert(session: SessionRecord): Promise<void>
  /** Null when missing. Does not check liveness and changes nothing. */
  find(id: string): Promise<SessionRecord | null>
  /**
   * Atomic: if the session is live within `bounds`, raises lastActivityAt to `at` (never lowers it) and returns the
   * record; otherwise null. Never inserts, so it cannot revive an ended session. A driver may skip recent times (see
   * TouchBounds) and delay durability up to 5 s: a crash can only end a session early.
   */
  touch(id: string, at: number, bounds: TouchBounds): Promise<SessionRecord | null>
  /**
   * Moves all times of the session back by this much if it was last active at that time; otherwise null. Corrects times
   * from a wrong clock. As durable as a touch.
   */
  redate(id: string, lastActivityAt: number, by: number): Promise<SessionRecord | null>
  /**
   * Deletes the records and remembers why; absent ids are skipped and keep their first reason. Returns how many were
   * ended by this call. Takes effect at once for every later call on these stores, and stays so even when the end
   * cannot be made durable: the driver then keeps trying. It rejects in that case when other processes, which share the
   * store, may still take the sessions for live.
   */
  end(ids: readonly string[], reason: EndReason, at: number): Promise<number>
  /** Why the session ended; null when the id never existed or the reason was removed. */
  findEndReason(id: string): Promise<EndReason | null>
  /** The sessions of a user, live or not, in no particular order. */
  listByUser(userId: string): Promise<SessionRecord[]>
  /** At most `limit` records that are not live within `bounds`. */
  listDead(bounds: LiveBounds, limit: number): Promise<SessionRecord[]>
  /** How many records are live within `bounds`. */
  countLive(bounds: LiveBounds): Promise<number>
  /** Removes the reasons of sessions that ended before this time. */
  forgetEnded(before: number): Promise<void>
}

export interface TokenStore {
  /** Replaces the live token of the same purpose and subject. Throws when another token has the id. */
  put(token: TokenRecord): Promise<void>
  /**
   * False, without a change, when a token has the id, or the purpose and subject. One of several concurrent callers gets
   * true.
   */
  add(token: TokenRecord): Promise<boolean>
  /**
   * Single use: removes the token and returns it to one of any number of concurrent callers. Null when it is missing,
   * for another purpose, or not live at `at`: expired, or dated in the future by a wrong clock.
   */
  take(id: string, purpose: string, at: number): Promise<TokenRecord | null>
  /** Like `take` without using it up, for a page that shows what taking it would do. */
  find(id: string, purpose: string, at: number): Promise<TokenRecord | null>
  /** At most `limit` live tokens of this purpose, the newest first. */
  list(purpose: string, at: number, limit: number): Promise<TokenRecord[]>
  /** Removes what is not live. Returns how many. */
  deleteExpired(at: number): Promise<number>
  /** Removes all tokens issued by this user, for any purpose. Returns how many. */
  deleteIssuedBy(userId: string): Promise<number>
}

export interface MailStore {
  /** Throws when the id exists. */
  add(mail: MailRecord): Promise<void>
  /**
   * Claims at most `limit` mails due at `at`, the longest waiting first, each for one of any number of concurrent
   * callers. Counts an attempt and makes the mail due again at `until`, in case the caller crashes. A mail due after
   * `latest` was dated by a wrong clock: it counts as due, and as made at `at` at the latest.
   */
  claim(at: number, until: number, limit: number, latest?: number): Promise<MailRecord[]>
  /**
   * Reschedules a mail that was claimed as its `attempts`th attempt and not sent. Does nothing when another caller has
   * claimed it.
   */
  putOff(id: string, attempts: number, dueAt: number): Promise<void>
  /** Removes a mail that was sent or given up. Returns whether it existed. */
  remove(id: string): Promise<boolean>
  /** When the next mail is due, or null when there is none. */
  findNextDue(): Promise<number | null>
}

export interface LockoutStore {
  /**
   * Adds a failure and returns the count, in one atomic step, so that each of any number of concurrent calls counts. 0,
   * without a change, when the secret was replaced. Also counts for unknown users.
   */
  count(subject: LockoutSubject, at: number): Promise<number>
  /** Null when there is none since this secret was set. */
  find(subject: LockoutSubject): Promise<Failures | null>
  /** All records of one user, including replaced secrets. */
  listByUser(userId: string): Promise<LockoutRecord[]>
  /** Resets the count of this secret. */
  forget(subject: LockoutSubject): Promise<void>
  /** Resets the counts of all secrets of the user. */
  forgetUser(userId: string): Promise<void>
  /** Removes the records of unknown users. */
  removeOrphans(): Promise<void>
}

export interface CredentialUseStore {
  /**
   * Records a use in one atomic step. False, without a change, when `mark` is not greater than the recorded one or the
   * record belongs to another user. A mark of 0 is also accepted after 0: passkeys without a counter always send it
   * (WebAuthn Level 3, 6.1.1).
   */
  advance(use: CredentialUse): Promise<boolean>
  /** In no particular order. */
  listByUser(userId: string): Promise<CredentialUse[]>
  forget(id: string): Promise<void>
  /** Removes the records of unknown users. */
  removeOrphans(): Promise<void>
}

export interface AuditQuery {
  /** Null matches all. */
  event: string | null
  outcome: AuditEntry['outcome'] | null
  /** The actor or the affected user; null matches all. */
  personId: string | null
  /** From this time on, and before that one; null is open. */
  since: number | null
  until: number | null
  /** Only entries before this place; null starts at the last. */
  before: number | null
  limit: number
}

export interface AuditCount {
  event: string
  outcome: AuditEntry['outcome']
  /** The index of the time bucket, from 0. */
  part: number
  count: number
}

/**
 * Entries are only appended; old ones lose their IP address or are dropped from the start. Nothing else changes them.
 */
export interface AuditStore {
  /**
   * Appends the entry to the chain, one caller after the other, at the place after the last entry ever added, even if
   * that was dropped.
   */
  append(entry: AuditEntry): Promise<AuditRecord>
  /** The newest first. */
  list(query: AuditQuery): Promise<AuditRecord[]>
  /** Counts events and outcomes per bucket of `partMs` from `since` on. Leaves out zeros. */
  count(events: readonly string[], since: number, partMs: number): Promise<AuditCount[]>
  /** The newest entry by each of these actors, in no particular order. None for an actor without entries. */
  findLatestBy(actorIds: readonly string[]): Promise<AuditRecord[]>
  /** The first entry that is not older than this, or null. */
  findFirst(since: number): Promise<AuditRecord | null>
  /** Deletes the full IP addresses of entries older than this. Returns how many there were. */
  forgetAddresses(before: number): Promise<number>
  /** Drops the entries before this place. Returns how many. */
  dropBefore(seq: number): Promise<number>
}

/** The filter of a collection's operations. */
export interface Only<Kept> {
  /** Those with these values. */
  fields?: Partial<Kept>
  /** Those live at this time: neither expired nor dated in the future by a wrong clock. */
  liveAt?: number
}

/** The records of a kind that needs no operations of its own (kinds.ts). */
export interface Collection<Kept> {
  /** Replaces the record with the same unique key, if there is one. Throws when any other record has the id. */
  put(record: Kept): Promise<void>
  /** False, without a change, when a record has the id or the unique key. One of several concurrent callers gets true. */
  add(record: Kept): Promise<boolean>
  find(id: string, only?: Only<Kept>): Promise<Kept | null>
  /** Single use: removes the record and returns it to one of the concurrent callers. */
  take(id: string, only?: Only<Kept>): Promise<Kept | null>
  /** At most `limit`, the newest first. */
  list(only: Only<Kept>, limit: number): Promise<Kept[]>
  /** Removes every record with these values. Returns how many. */
  deleteAll(fields: Partial<Kept>): Promise<number>
  /** Removes what is not live. Returns how many. */
  deleteExpired(at: number): Promise<number>
}

export type Collections = { readonly [Name in CollectionKind]: Collection<RecordOf<Name>> }

/** One record of any kind, for copies between stores. */
export type StoredRecord = { [Name in KindName]: { kind: Name; record: RecordOf<Name> } }[KindName]

/** Reads a store without changing it, also beside a running server. */
export interface StoreReader {
  /** Driver and location for the operator, without a password. */
  readonly description: string
  /**
   * Everything from one moment. Users come first, because other kinds name them; audit entries come in order. Rejects
   * with `store_damaged` at the first invalid record.
   */
  dump(): AsyncIterable<StoredRecord>
  /** Null when nothing was ever recorded. */
  findAuditHead(): Promise<AuditHead | null>
  close(): Promise<void>
}

/** All stores of one driver. */
export interface Stores extends StoreReader {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly tokens: TokenStore
  readonly mails: MailStore
  readonly lockouts: LockoutStore
  readonly credentialUses: CredentialUseStore
  readonly audit: AuditStore
  readonly collections: Collections
  /**
   * Replaces the whole content in one step: after a rejection or a crash the store has its old content. Users come
   * first. For moving and restoring, not beside other work.
   */
  replaceAll(records: AsyncIterable<StoredRecord>): Promise<void>
  /** Resolves when the store can be read and written now; otherwise rejects with a StoreError whose message says why. */
  checkReady(): Promise<void>
  /** Makes everything durable and releases the resource. Later calls reject. */
  close(): Promise<void>
}

/** `record_refused`: the record breaks the rule of texts.ts. It is not a failure of the store. */
export type StoreErrorCode = 'store_unavailable' | 'store_damaged' | 'store_locked' | 'record_refused'

/**
 * A failure of the store, never a regular answer. Callers compare `code`, because middleware and pages are separate
 * bundles, where `instanceof` fails.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
