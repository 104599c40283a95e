// The only storage vocabulary the domain knows. A driver keeps records and decides what must be decided
// atomically; it holds no business rule, no limit and no clock.

export type Role = 'admin' | 'member' | 'guest'

export interface Profile {
  fullName: string
  bio: string
  age: number | null
}

export interface UserRecord {
  /** Opaque and random; never changes and is never reused. */
  id: string
  /** Canonical form: lower case. Unique in the store. */
  username: string
  /** A PHC string, or a hash of an older system that is replaced at the next log-in. */
  passwordHash: string
  email: string | null
  emailVerifiedAt: number | null
  role: Role
  status: 'active' | 'suspended'
  profile: Profile
  createdAt: number
}

export interface SessionRecord {
  /** SHA-256 of the session token, in hex. The token itself is stored nowhere. */
  id: string
  userId: string
  createdAt: number
  lastActivityAt: number
}

/** Why a session is over; the words for each stand in the message catalogue. */
export const endReasons = ['idle', 'expired', 'ended', 'password-changed', 'signed-out'] as const
export type EndReason = (typeof endReasons)[number]

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

/**
 * Every returned record is a copy: changing it changes nothing in the store.
 * Every write is durable when its promise resolves, except where a method says otherwise.
 * A write that could not be made durable rejects with a StoreError of code `store_unavailable` and has changed nothing.
 */
export interface UserStore {
  /** Uniqueness of the id and the username is decided here, atomically. */
  insert(user: UserRecord): Promise<'inserted' | 'username_taken'>
  /** Null when nobody has the id. */
  find(id: string): Promise<UserRecord | null>
  /** `username` in canonical form; null when nobody has it. */
  findByUsername(username: string): Promise<UserRecord | null>
  /**
   * Changes the named fields and no others. With `onlyIf`, nothing is changed unless these fields hold these
   * values at that moment (compare and set). Null when nobody has the id or the comparison fails.
   */
  update(id: string, change: UserChange, onlyIf?: UserChange): Promise<UserRecord | null>
}

export type UserChange = Partial<Omit<UserRecord, 'id' | 'username' | 'createdAt'>>

export interface SessionStore {
  /** Throws when the id exists: ids are 256-bit and never repeat. */
  insert(session: SessionRecord): Promise<void>
  /** Null when missing. Says nothing about liveness and changes nothing. */
  find(id: string): Promise<SessionRecord | null>
  /**
   * One atomic step: if the record exists and is live within `bounds`, raises lastActivityAt to `at` (never lowers
   * it) and returns the record; otherwise null. Never inserts, so it cannot bring an ended session back.
   * A driver may make the new time durable up to 5 s later: a crash can only end a session early.
   */
  touch(id: string, at: number, bounds: LiveBounds): Promise<SessionRecord | null>
  /**
   * Deletes the records and remembers why; absent ids are skipped and keep their first reason. Takes effect at once
   * for every later call, and stays so even when the disk refuses: the driver then keeps trying to make it durable.
   * Returns how many were ended by this call.
   */
  end(ids: readonly string[], reason: EndReason, at: number): Promise<number>
  /** Why the session with this id ended, or null when it never existed or that was forgotten. */
  findEndReason(id: string): Promise<EndReason | null>
  /** The sessions of a person, live or not, in no particular order. */
  listByUser(userId: string): Promise<SessionRecord[]>
  /** At most `limit` records that are not live within `bounds`. */
  listDead(bounds: LiveBounds, limit: number): Promise<SessionRecord[]>
  /** Forgets the reasons of sessions that ended before this time. */
  forgetEnded(before: number): Promise<void>
}

/** Everything one driver opens. */
export interface Stores {
  /** One line for the operator: which driver, and where. */
  readonly description: string
  readonly users: UserStore
  readonly sessions: SessionStore
  /** Resolves when the store can be read and written now; otherwise rejects with a StoreError whose message says why. */
  checkReady(): Promise<void>
  /** Makes everything durable and lets go of the resource. Later calls reject. */
  close(): Promise<void>
}

export type StoreErrorCode = 'store_unavailable' | 'store_damaged' | 'store_locked'

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
