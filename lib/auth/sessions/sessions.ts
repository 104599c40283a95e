// Starts, checks and ends sessions. Knows tokens and the store; no cookies or requests.
import type { Clock } from '../../core/clock.ts'
import { sha256 } from '../../core/crypto/hash.ts'
import { newToken } from '../../core/crypto/random.ts'
import { storable } from '../../stores/texts.ts'
import { type EndReason, isLive, type SessionRecord, type SessionStore } from '../../stores/types.ts'
import { createSessionAges, type SessionAges } from './ages.ts'
import { hasRecentAuthentication, isAhead, liveBounds, type SessionLimits, touchBounds, whyDead } from './timeouts.ts'

/** Bounds one batch, so that requests are not held up. */
const pruneBatch = 500
const mostLooks = 6
/**
 * Starting another session ends the oldest. More browsers than anyone uses, and few enough that a stolen password
 * cannot fill the store. OWASP ASVS 5.0, 7.1.2, asks for a limit.
 */
export const mostSessions = 20

export type SessionCheck = { live: true; session: SessionRecord } | { live: false; reason: EndReason | null }

/** How the user authenticated, and the times of the user that void the session when they change. */
export type Authentication = Pick<SessionRecord, 'authentications' | 'passwordChangedAt' | 'factorsChangedAt'>

/** Where the session was started from, and with which authentication. */
export type Origin = Partial<Authentication & Pick<SessionRecord, 'userAgent' | 'address'>>

/** User-Agents have at most a few hundred characters. */
const userAgentMax = 400
const addressMax = 100

export interface Sessions {
  /**
   * Starts a session for a user who authenticated just now. The token is returned once and stored nowhere. Beyond
   * twenty sessions, the oldest ends.
   */
  start(userId: string, origin?: Origin): Promise<{ token: string; session: SessionRecord }>
  /** Reports whether the session is live and does not extend it. Ends a session that is over, with its reason. */
  check(token: string): Promise<SessionCheck>
  /** Checks and extends the window in one atomic step. Call it only where the user acted. */
  touch(token: string): Promise<SessionCheck>
  /**
   * Re-authentication: the session continues under a new token, with a new proof time and the old absolute lifetime.
   * With `provedAt`, the last proof stays the last: the user gave none.
   * Returns null, and nothing continues, when the session is over or ends concurrently.
   */
  renew(
    token: string,
    authentication: Authentication & { provedAt?: number },
  ): Promise<{ token: string; session: SessionRecord } | null>
  /**
   * Whether the last authentication is less than `withinMs` ago, ten minutes by default. One with a remembered browser
   * does not count.
   */
  hasRecentAuthentication(session: Pick<SessionRecord, 'provedAt' | 'authentications'>, withinMs?: number): boolean
  /** The live sessions of the user, the last active first. */
  list(userId: string): Promise<SessionRecord[]>
  /** How many sessions of all users are live. */
  countLive(): Promise<number>
  /** The id of the session's record, live or not. */
  idOf(token: string): string
  /** Idempotent. */
  end(token: string, reason: EndReason): Promise<void>
  /** Returns false when it belongs to another user or was over already. */
  endOne(userId: string, id: string): Promise<boolean>
  /**
   * Ends all other sessions of the user, including those that are started or renewed concurrently. Returns how many.
   */
  endOthers(userId: string, exceptId: string, reason: EndReason): Promise<number>
  /** Ends sessions that are over, in batches, and forgets old reasons. Returns how many it ended. */
  prune(): Promise<number>
}

/**
 * Calls `onRanOut` once for each session whose time ran out. The user is known only when it concerns a single session.
 */
export function createSessions(deps: {
  store: SessionStore
  limits: SessionLimits
  clock: Clock
  ages?: SessionAges
  onRanOut?: (reason: EndReason, userId: string | null, count: number) => void
}): Sessions {
  const { store, limits, clock, ages = createSessionAges(deps.clock), onRanOut } = deps

  /**
   * `ahead`: live, but with times in the future, written before the clock was set back. A session that this process
   * never met and that lies further ahead than a session lasts is over: nothing tells its age.
   */
  function judge(session: SessionRecord, now: number): 'live' | 'ahead' | EndReason {
    const bounds = liveBounds(limits, now)
    if (isAhead(session, now + limits.maxMs) && !ages.isMeasured(session)) return 'idle'
    const { idleMs, totalMs } = ages.of(session, now)
    const [overdue, expired] = [idleMs - limits.idleMs, totalMs - limits.maxMs]
    if (Math.max(overdue, expired) >= 0) return expired >= overdue ? 'expired' : 'idle'
    if (isLive(session, bounds)) return 'live'
    return isAhead(session, bounds.latest) ? 'ahead' : whyDead(session, limits)
  }

  /** Corrects a session that is `ahead`. Returns null when it was changed or ended concurrently. */
  async function correct(session: SessionRecord, now: number): Promise<SessionRecord | null> {
    const usedAt = now - Math.ceil(ages.of(session, now).idleMs)
    const { id, lastActivityAt } = session
    const corrected = await store.redate(id, lastActivityAt, lastActivityAt - usedAt)
    if (corrected !== null) ages.of(corrected, now)
    return corrected
  }

  async function end(ids: readonly string[], reason: EndReason, at: number): Promise<number> {
    for (const id of ids) ages.forget(id)
    return store.end(ids, reason, at)
  }

  /** For a session that a check found not live. */
  async function explain(id: string): Promise<SessionCheck> {
    const session = await store.find(id)
    // Read the clock after the record: a slow store may return an activity that is later than the question.
    const now = clock()
    if (session !== null) {
      // A concurrent request in time may have stored its activity since the check. The session then continues.
      const verdict = judge(session, now)
      if (verdict === 'live') return { live: true, session }
      if (verdict === 'ahead') {
        const corrected = await correct(session, now)
        return corrected === null ? explain(id) : { live: true, session: corrected }
      }
      if ((await end([id], verdict, now)) === 1) onRanOut?.(verdict, session.userId, 1)
    }
    return { live: false, reason: await store.findEndReason(id) }
  }

  /** Called after the insert, so that concurrent log-ins see each other. */
  async function endOldest(userId: string): Promise<void> {
    const now = clock()
    const all = await store.listByUser(userId)
    if (all.length <= mostSessions) return
    const live = all.filter((one) => ['live', 'ahead'].includes(judge(one, now)))
    const newestFirst = live.toSorted((a, b) => b.createdAt - a.createdAt)
    const tooMany = newestFirst.slice(mostSessions).map(({ id }) => id)
    if (tooMany.length > 0) await end(tooMany, 'ended', now)
  }

  return {
    async start(userId, { userAgent = '', address = '', ...authentication } = {}) {
      const token = newToken()
      const now = clock()
      const session: SessionRecord = {
        id: sha256(token),
        userId,
        createdAt: now,
        lastActivityAt: now,
        provedAt: now,
        authentications: ['password'],
        passwordChangedAt: -1,
        factorsChangedAt: null,
        ...authentication,
        userAgent: storable(userAgent, userAgentMax),
        address: storable(address, addressMax),
      }
      await store.insert(session)
      ages.of(session, now)
      await endOldest(userId)
      return { token, session }
    },

    async renew(oldToken, authentication) {
      const id = sha256(oldToken)
      const found = await explain(id)
      if (!found.live) return null
      const now = clock()
      const token = newToken()
      const session: SessionRecord = {
        ...found.session,
        id: sha256(token),
        lastActivityAt: now,
        provedAt: now,
        ...authentication,
      }
      await store.insert(session)
      ages.rename(id, session, now)
      const endNew = () => end([session.id], 'ended', now)
      const ended = await end([id], 'ended', now).catch(async (cause: unknown) => {
        await endNew().catch(() => {})
        throw cause
      })
      if (ended === 1) return { token, session }
      // The old session was ended concurrently, so its successor must not live.
      await endNew()
      return null
    },

    hasRecentAuthentication: (session, withinMs) => hasRecentAuthentication(session, clock(), withinMs),

    async list(userId) {
      const sessions = await store.listByUser(userId)
      const now = clock()
      const live: SessionRecord[] = []
      for (const session of sessions) {
        const verdict = judge(session, now)
        const shown = verdict === 'ahead' ? await correct(session, now) : verdict === 'live' ? session : null
        if (shown !== null) live.push(shown)
      }
      return live.toSorted((a, b) => b.lastActivityAt - a.lastActivityAt)
    },

    countLive: () => store.countLive(liveBounds(limits, clock())),

    async check(token) {
      const id = sha256(token)
      const session = await store.find(id)
      return session !== null && judge(session, clock()) === 'live' ? { live: true, session } : explain(id)
    },

    async touch(token) {
      const id = sha256(token)
      const slide = async () => {
        const known = ages.known(id)
        if (known !== null && (known.idleMs >= limits.idleMs || known.totalMs >= limits.maxMs)) return null
        const now = clock()
        const session = await store.touch(id, now, touchBounds(limits, now))
        if (session !== null) ages.use(session)
        return session
      }
      const session = await slide()
      if (session !== null) return { live: true, session }
      const found = await explain(id)
      // Retry: the times are corrected, or a concurrent request used the session.
      return found.live ? { live: true, session: (await slide()) ?? found.session } : found
    },

    async end(token, reason) {
      await end([sha256(token)], reason, clock())
    },

    idOf: sha256,

    async endOne(userId, id) {
      const session = await store.find(id)
      if (session?.userId !== userId) return false
      return (await end([id], 'ended', clock())) === 1
    },

    async endOthers(userId, exceptId, reason) {
      let ended = 0
      // One pass can miss a session during its renewal: the old one is ending and the new one is not listed yet.
      // Bounded, because a client can renew forever.
      for (let looks = 0, quiet = 0; quiet < 2 && looks < mostLooks; looks += 1) {
        const others = (await store.listByUser(userId)).filter(({ id }) => id !== exceptId)
        quiet = others.length === 0 ? quiet + 1 : 0
        if (quiet > 0) continue
        ended += await end(
          others.map(({ id }) => id),
          reason,
          clock(),
        )
      }
      return ended
    },

    async prune() {
      const now = clock()
      const bounds = liveBounds(limits, now)
      let ended = 0
      for (;;) {
        const dead = (await store.listDead(bounds, pruneBatch)).map((session) => {
          return { session, verdict: judge(session, now) }
        })
        for (const { session, verdict } of dead) if (verdict === 'ahead') await correct(session, now)
        for (const reason of ['idle', 'expired'] as const) {
          const ids = dead.filter(({ verdict }) => verdict === reason).map(({ session }) => session.id)
          if (ids.length === 0) continue
          const count = await end(ids, reason, now)
          if (count > 0) onRanOut?.(reason, null, count)
          ended += count
        }
        if (dead.length < pruneBatch) break
      }
      // Sessions that look younger than they are because the clock was set back.
      for (const id of ages.idleFor(limits.idleMs)) {
        if ((await explain(id)).live) continue
        ages.forget(id)
        ended += 1
      }
      // The cookie's seal expires after maxMs, so nobody asks for an older reason.
      await store.forgetEnded(now - limits.maxMs)
      return ended
    },
  }
}
