// The only storage vocabulary the domain knows. A driver keeps records and decides what must be decided
// atomically; it holds no business rule, no limit and no clock.

import type { z } from 'zod'

import type { CollectionKind, KindName, RecordOf, userSchema } from './kinds.ts'

export const roles = ['admin', 'member', 'guest'] as const
export type Role = (typeof roles)[number]

export const userStatuses = ['active', 'suspended'] as const

// Not by its name, which would be circular: the declaration calls functions that take a user.
export type UserRecord = z.infer<typeof userSchema>
export type Profile = UserRecord['profile']
/** An address that another took the place of, or none, for as long as its owner may undo that. */
export type FormerAddress = NonNullable<UserRecord['formerAddress']>
export type SessionRecord = RecordOf<'session'>
export type EndedSession = RecordOf<'ended'>
export type TokenRecord = RecordOf<'token'>
export type ReservedUsername = RecordOf<'reserved'>
export type MailRecord = RecordOf<'mail'>
export type LockoutRecord = RecordOf<'lockout'>
/** How often in a row, and when last. */
export type Failures = Pick<LockoutRecord, 'count' | 'lastAt'>
/** Whose failures, and to prove which secret. */
export type LockoutSubject = Pick<LockoutRecord, 'userId' | 'about' | 'secretSetAt'>
export type AuditRecord = RecordOf<'audit'>
/** What is recorded of something that was done, before it has its place in the trail. */
export type AuditEntry = Omit<AuditRecord, 'seq' | 'previous' | 'id'>

/** What proves who somebody is. */
export const authenticationMethods = ['password'] as const

/** Why a session is over; the words for each stand in the message catalogue. */
export const endReasons = ['idle', 'expired', 'ended', 'password-changed', 'signed-out'] as const
export type EndReason = (typeof endReasons)[number]

/** The last entry that there was: more than the entries themselves can tell. */
export type AuditHead = Pick<AuditRecord, 'seq' | 'id'>

/**
 * Servers' clocks may differ this much. A stored time from further ahead was written by a clock that was wrong: whatever
 * would wait for it does not.
 */
export const clockSkewMs = 60_000

/** A session is live while both of its times lie strictly after these, and not beyond `latest`. */
export interface LiveBounds {
  activeAfter: number
  createdAfter: number
  /** A record from later than this was written by a wrong clock and is not live. */
  latest: number
}

/** The one test of liveness: the domain and every driver that can call it do. */
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

/** Bounds for a touch; the domain, which knows the window, says how exact its start has to be. */
export interface TouchBounds extends LiveBounds {
  /** A session active after this may be left as it is: it saves a write. */
  recentAfter: number
}

export interface UserFilter {
  /** Part of a username, e-mail address or full name, without regard to case. Empty finds everybody. */
  search: string
  /** Null is any. */
  role: Role | null
  /** `deleted` are those who deleted their account and are not erased yet, whatever else they are. Null is any. */
  state: 'active' | 'suspended' | 'deleted' | null
}

export interface UserQuery extends UserFilter {
  /** Usernames by their code points; times, and then usernames. */
  by: 'username' | 'createdAt'
  descending: boolean
  /** Only people who come after this place in that order. Null starts at the first. */
  after: Pick<UserRecord, 'username' | 'createdAt'> | null
  limit: number
}

/**
 * Every returned record is a copy: changing it changes nothing in the store.
 * Every write is durable when its promise resolves, except where a method says otherwise.
 * A write that could not be made durable rejects with a StoreError of code `store_unavailable` and has changed nothing.
 */
export interface UserStore {
  /**
   * Uniqueness of the id, the username and a verified address is decided here, atomically. A username that is reserved
   * at `createdAt` is taken. With `consume`, the token is used up by the same step that makes the user: a user is made
   * only while the token is live (else `token_void`), and an insert that makes nobody leaves the token alone. However the
   * process ends, no token makes two users.
   */
  insert(user: UserRecord, options?: { consume?: TokenUse }): Promise<InsertOutcome>
  /** Null when nobody has the id. */
  find(id: string): Promise<UserRecord | null>
  /** `username` in canonical form; null when nobody has it. */
  findByUsername(username: string): Promise<UserRecord | null>
  /** Who verified this address, in whatever case; null when nobody did. */
  findByVerifiedEmail(email: string): Promise<UserRecord | null>
  /** Whether anybody has a password hash that begins with none of these. Reads everybody. */
  hasOtherHash(beginnings: readonly string[]): Promise<boolean>
  /**
   * Changes the named fields and no others. With `onlyIf`, here and below, nothing is changed unless these fields hold
   * these values at that moment (compare and set). Null when nobody has the id or the comparison fails.
   */
  update(id: string, change: UserChange, onlyIf?: UserFields): Promise<UserRecord | null>
  /** The same for a change that may verify an address. `email_taken`, and no change, when it is somebody else's. */
  changeEmail(id: string, change: EmailChange, onlyIf?: UserFields): Promise<UserRecord | 'email_taken' | null>
  /** The same for role, suspension and deletion. `last_admin`, and no change, when no active admin would be left. */
  changeStanding(id: string, change: StandingChange, onlyIf?: UserFields): Promise<UserRecord | 'last_admin' | null>
  /**
   * Gives the person another username and reserves the one they had, in one step. They may take back what is reserved
   * for them. Null when nobody has the id or the comparison fails.
   */
  rename(
    id: string,
    username: string,
    times: { at: number; reservedUntil: number },
    onlyIf?: UserFields,
  ): Promise<'renamed' | 'username_taken' | null>
  /**
   * Removes the person and reserves their username, in one step. False when nobody has the id or the comparison
   * fails. Their sessions are the caller's to end first.
   */
  remove(id: string, reservedUntil: number, onlyIf?: UserFields): Promise<boolean>
  /** At most `limit` people who deleted their account before this time, or after `latest`: no clock was right then. */
  listDeleted(before: number, limit: number, latest?: number): Promise<UserRecord[]>
  /** Forgets reservations that are over. Returns how many. */
  forgetReserved(at: number): Promise<number>
  /** At most `limit` people whose suspension is over at this time and who are still suspended. */
  listSuspendedUntil(at: number, limit: number): Promise<UserRecord[]>
  /** Whoever of these is there, in no particular order. */
  findMany(ids: readonly string[]): Promise<UserRecord[]>
  /** At most `limit` people, in the order that is asked for. */
  list(query: UserQuery): Promise<UserRecord[]>
  /** How many people the filter finds. */
  count(filter: UserFilter): Promise<number>
}

/** A token that is live at `at` and good for nothing else than this purpose. */
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
/** May say that an address is not verified, end a suspension and undo a deletion: no other user can be in the way. */
export type UserChange = Ordinary & ({ emailVerifiedAt?: null } | { email: string | null; emailVerifiedAt: null })
export type EmailChange = Ordinary & Pick<UserFields, 'email' | 'emailVerifiedAt'>
export type StandingChange = Pick<UserFields, 'role' | 'status' | 'suspendedUntil' | 'suspendReason' | 'deletedAt'>
type Ordinary = Omit<UserFields, 'email' | 'emailVerifiedAt' | 'role' | 'status' | 'deletedAt'> & {
  status?: 'active'
  deletedAt?: null
}

export interface SessionStore {
  /** Throws when the id exists or existed (ids are 256-bit and never repeat), and when nobody has the `userId`. */
  insert(session: SessionRecord): Promise<void>
  /** Null when missing. Says nothing about liveness and changes nothing. */
  find(id: string): Promise<SessionRecord | null>
  /**
   * One atomic step: if the record exists and is live within `bounds`, raises lastActivityAt to `at` (never lowers
   * it) and returns the record; otherwise null. Never inserts, so it cannot bring an ended session back.
   * A driver may leave a recent time (see TouchBounds) as it is, and may make the new one durable up to 5 s later: a
   * crash can only end a session early.
   */
  touch(id: string, at: number, bounds: TouchBounds): Promise<SessionRecord | null>
  /**
   * Moves all times of the session back by this much, if it was last active at that time; otherwise null. For times that a
   * wrong clock wrote. As durable as a touch.
   */
  redate(id: string, lastActivityAt: number, by: number): Promise<SessionRecord | null>
  /**
   * Deletes the records and remembers why; absent ids are skipped and keep their first reason. Returns how many were
   * ended by this call. Takes effect at once for every later call on these stores, and stays so even when the end
   * cannot be made durable: the driver then keeps trying. It rejects in that case when other processes, which share the
   * store, may still take the sessions for live.
   */
  end(ids: readonly string[], reason: EndReason, at: number): Promise<number>
  /** Why the session with this id ended, or null when it never existed or that was forgotten. */
  findEndReason(id: string): Promise<EndReason | null>
  /** The sessions of a person, live or not, in no particular order. */
  listByUser(userId: string): Promise<SessionRecord[]>
  /** At most `limit` records that are not live within `bounds`. */
  listDead(bounds: LiveBounds, limit: number): Promise<SessionRecord[]>
  /** How many records are live within `bounds`. */
  countLive(bounds: LiveBounds): Promise<number>
  /** Forgets the reasons of sessions that ended before this time. */
  forgetEnded(before: number): Promise<void>
}

export interface TokenStore {
  /**
   * Replaces the live token of the same purpose and subject, if there is one. Throws when the id is that of a token for
   * something else.
   */
  put(token: TokenRecord): Promise<void>
  /**
   * Single use: removes the token and returns it, to one caller of however many ask at once. Null when it is missing,
   * is for another purpose, or is not live at `at`: expired, or made in the future by a wrong clock.
   */
  take(id: string, purpose: string, at: number): Promise<TokenRecord | null>
  /** The same without using it up: for a page that shows what taking it would do. */
  find(id: string, purpose: string, at: number): Promise<TokenRecord | null>
  /** At most `limit` live tokens of this purpose, the newest first. */
  list(purpose: string, at: number, limit: number): Promise<TokenRecord[]>
  /** Removes what is not live. Returns how many. */
  deleteExpired(at: number): Promise<number>
  /** Removes all that this user issued, whatever it is for. Returns how many. */
  deleteIssuedBy(userId: string): Promise<number>
}

export interface MailStore {
  /** Throws when the id exists. */
  add(mail: MailRecord): Promise<void>
  /**
   * Hands out at most `limit` mails that are due at `at`, the longest waiting first, each to one caller of however many
   * ask at once: counted as attempted, and due again at `until` should the caller never say how it went. A mail that is due
   * after `latest` was dated by a wrong clock: it is due too, and counts as made at `at` at the latest.
   */
  claim(at: number, until: number, limit: number, latest?: number): Promise<MailRecord[]>
  /** For a mail that was claimed as its `attempts`th try and not sent: due at this time. Skipped when another has it. */
  putOff(id: string, attempts: number, dueAt: number): Promise<void>
  /** Sent, or given up. Returns whether it was there. */
  remove(id: string): Promise<boolean>
  /** When the next one is due, or null when none waits. */
  findNextDue(): Promise<number | null>
}

export interface LockoutStore {
  /**
   * Adds a failure and returns how many there are, in one atomic step: of any number of calls at once, each counts. 0 when
   * the secret was replaced by then, which changes nothing. Counts for anybody, also for a user who does not exist.
   */
  count(subject: LockoutSubject, at: number): Promise<number>
  /** Null when there is none since this secret was set. */
  find(subject: LockoutSubject): Promise<Failures | null>
  /** All records of one user, also about secrets that were replaced. */
  listByUser(userId: string): Promise<LockoutRecord[]>
  /** Begins at zero again for this secret. */
  forget(subject: LockoutSubject): Promise<void>
  /** Begins at zero again for every secret of the user. */
  forgetUser(userId: string): Promise<void>
  /** Removes the records of users who do not exist. */
  removeOrphans(): Promise<void>
}

export interface AuditQuery {
  /** Null is any. */
  event: string | null
  outcome: AuditEntry['outcome'] | null
  /** Who did it or to whom it was done; null is any. */
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
  /** Which part of the time: 0 is the first. */
  part: number
  count: number
}

/** Entries are added and, when they are old, shortened or dropped from the start; nothing else ever changes one. */
export interface AuditStore {
  /**
   * Gives the entry the next place in the chain, one caller after the other, whatever became of the entries before:
   * the place after the last one that there ever was.
   */
  append(entry: AuditEntry): Promise<AuditRecord>
  /** The newest first. */
  list(query: AuditQuery): Promise<AuditRecord[]>
  /** How often each of these happened in each part, of `partMs`, of the time from `since` on; what never did is left out. */
  count(events: readonly string[], since: number, partMs: number): Promise<AuditCount[]>
  /** The first entry that is not older than this, or null. */
  findFirst(since: number): Promise<AuditRecord | null>
  /** Forgets the whole addresses of entries that are older than this. Returns how many there were. */
  forgetAddresses(before: number): Promise<number>
  /** Drops the entries before this place. Returns how many. */
  dropBefore(seq: number): Promise<number>
}

/** Which records of a collection an operation is about. */
export interface Only<Kept> {
  /** Those with these values. */
  fields?: Partial<Kept>
  /** Those that are live at this time: neither expired nor made in the future by a wrong clock. */
  liveAt?: number
}

/** The records of a kind that needs no operations of its own (kinds.ts). */
export interface Collection<Kept> {
  /** Replaces the record with the same unique key, if there is one. Throws when any other record has the id. */
  put(record: Kept): Promise<void>
  find(id: string, only?: Only<Kept>): Promise<Kept | null>
  /** Single use: removes the record and returns it, to one of the callers that ask at the same time. */
  take(id: string, only?: Only<Kept>): Promise<Kept | null>
  /** At most `limit`, the newest first. */
  list(only: Only<Kept>, limit: number): Promise<Kept[]>
  /** Removes every record with these values. Returns how many. */
  deleteAll(fields: Partial<Kept>): Promise<number>
  /** Removes what is not live. Returns how many. */
  deleteExpired(at: number): Promise<number>
}

export type Collections = { readonly [Name in CollectionKind]: Collection<RecordOf<Name>> }

/** One record of any kind, as it is copied from store to store. */
export type StoredRecord = { [Name in KindName]: { kind: Name; record: RecordOf<Name> } }[KindName]

/** What reads a store without changing anything in it, also beside a server that uses it. */
export interface StoreReader {
  /** One line for the operator: which driver, and where; never a password. */
  readonly description: string
  /**
   * Everything, as it stood at one moment. Users come first, for the other kinds name them; the audit trail comes in
   * the order of its places. Rejects with `store_damaged` at the first
   * record that is not as it must be.
   */
  dump(): AsyncIterable<StoredRecord>
  /** Null when nothing was ever recorded. */
  findAuditHead(): Promise<AuditHead | null>
  close(): Promise<void>
}

/** Everything one driver opens. */
export interface Stores extends StoreReader {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly tokens: TokenStore
  readonly mails: MailStore
  readonly lockouts: LockoutStore
  readonly audit: AuditStore
  readonly collections: Collections
  /**
   * Makes the store hold these records and no others, in one step: when it rejects, or the process dies, the store
   * holds what it held before. Users come first. For moving and restoring, not beside other work.
   */
  replaceAll(records: AsyncIterable<StoredRecord>): Promise<void>
  /** Resolves when the store can be read and written now; otherwise rejects with a StoreError whose message says why. */
  checkReady(): Promise<void>
  /** Makes everything durable and lets go of the resource. Later calls reject. */
  close(): Promise<void>
}

/** `record_refused`: what was to be written breaks the rule of texts.ts. It is not a fault of the store. */
export type StoreErrorCode = 'store_unavailable' | 'store_damaged' | 'store_locked' | 'record_refused'

/**
 * A fault of the store, never an answer. Callers compare `code`: middleware and pages are separate bundles, so
 * `instanceof` does not hold across them.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
