// Starting, checking and ending sessions. Knows tokens and the store; nothing of cookies or requests.
import type { Clock } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newToken } from '../crypto/random.ts'
import { type EndReason, isLive, type SessionRecord, type SessionStore } from '../stores/types.ts'
import { hasRecentProof, liveBounds, type SessionLimits, touchBounds, whyDead } from './window.ts'

/** A bounded batch keeps one sweep from holding up the requests beside it. */
const sweepBatch = 500
const mostLooks = 6
/**
 * Of one person at a time, the oldest ends: more browsers than anybody uses, few enough that a stolen password is not a
 * store filled with sessions. OWASP ASVS 5.0, 7.1.2, asks for a number.
 */
export const mostSessions = 20

export type SessionCheck = { live: true; session: SessionRecord } | { live: false; reason: EndReason | null }

/** What a session's beginning tells of where it came from; both may be empty. */
export type Origin = Pick<SessionRecord, 'userAgent' | 'address'>

/** Browsers call themselves at most a few hundred characters. */
const userAgentMax = 400

export interface Sessions {
  /**
   * A new session for this person, who proved just now who they are. The token is returned once and stored nowhere. Of
   * more than twenty the oldest ends.
   */
  start(userId: string, origin?: Origin): Promise<{ token: string; session: SessionRecord }>
  /** Whether the session is live, without extending it. A session found dead is ended, with its reason. */
  check(token: string): Promise<SessionCheck>
  /** Check and slide the window as one atomic step: call it where a person acted, and only there. */
  touch(token: string): Promise<SessionCheck>
  /**
   * The person proved once more who they are: the session goes on under a new token, with the time of this proof and
   * the old absolute lifetime, and the old token is void. Null, and nothing goes on, when the session is over or ends
   * at this moment.
   */
  renew(token: string): Promise<{ token: string; session: SessionRecord } | null>
  /** Whether the session's last proof is less than `withinMs` ago; ten minutes unless said otherwise. */
  hasRecentProof(session: Pick<SessionRecord, 'provedAt'>, withinMs?: number): boolean
  /** The person's live sessions, the last active first. */
  list(userId: string): Promise<SessionRecord[]>
  /** How many sessions are live, of everybody. */
  countLive(): Promise<number>
  /** The id of the session's record, live or not. */
  idOf(token: string): string
  /** Idempotent. */
  end(token: string, reason: EndReason): Promise<void>
  /** Ends this session if it is this person's. False when it is not, or was over already. */
  endOne(userId: string, id: string): Promise<boolean>
  /** Ends all sessions of the person but this one, also those that begin or are renewed meanwhile. Returns how many. */
  endOthers(userId: string, exceptId: string, reason: EndReason): Promise<number>
  /** Ends what is dead in the store, in batches, and forgets old reasons. Returns how many were ended. */
  sweep(): Promise<number>
}

/** `onRanOut` hears once of each session that is found to be over by its time; whose it was where that is one person. */
export function createSessions(deps: {
  store: SessionStore
  limits: SessionLimits
  clock: Clock
  onRanOut?: (reason: EndReason, userId: string | null, count: number) => void
}): Sessions {
  const { store, limits, clock, onRanOut } = deps

  /** For a session that was just found not live. */
  async function explain(id: string): Promise<SessionCheck> {
    const session = await store.find(id)
    // Read after the record: while the store was slow, an act from later than the question may have been recorded.
    const now = clock()
    if (session !== null) {
      // An act that was in time may have been recorded only now: then the session goes on, and is not ours to end.
      if (isLive(session, liveBounds(limits, now))) return { live: true, session }
      const reason = whyDead(session, limits)
      if ((await store.end([id], reason, now)) === 1) onRanOut?.(reason, session.userId, 1)
    }
    return { live: false, reason: await store.findEndReason(id) }
  }

  /** Also when several begin at once: each looks at what is there after its own. */
  async function endOldest(userId: string): Promise<void> {
    const now = clock()
    const all = await store.listByUser(userId)
    if (all.length <= mostSessions) return
    const bounds = liveBounds(limits, now)
    const newestFirst = all.filter((one) => isLive(one, bounds)).toSorted((a, b) => b.createdAt - a.createdAt)
    const tooMany = newestFirst.slice(mostSessions).map(({ id }) => id)
    if (tooMany.length > 0) await store.end(tooMany, 'ended', now)
  }

  return {
    async start(userId, { userAgent, address } = { userAgent: '', address: '' }) {
      const token = newToken()
      const now = clock()
      const session: SessionRecord = {
        id: sha256(token),
        userId,
        createdAt: now,
        lastActivityAt: now,
        provedAt: now,
        userAgent: userAgent.slice(0, userAgentMax),
        address,
      }
      await store.insert(session)
      await endOldest(userId)
      return { token, session }
    },

    async renew(oldToken) {
      const id = sha256(oldToken)
      const old = await store.find(id)
      const now = clock()
      if (old === null || !isLive(old, liveBounds(limits, now))) return null
      const token = newToken()
      const session: SessionRecord = { ...old, id: sha256(token), lastActivityAt: now, provedAt: now }
      await store.insert(session)
      const endNew = () => store.end([session.id], 'ended', now)
      const ended = await store.end([id], 'ended', now).catch(async (cause: unknown) => {
        await endNew().catch(() => {})
        throw cause
      })
      if (ended === 1) return { token, session }
      // Somebody ended it in between: then nothing of it goes on.
      await endNew()
      return null
    },

    hasRecentProof: (session, withinMs) => hasRecentProof(session, clock(), withinMs),

    async list(userId) {
      const bounds = liveBounds(limits, clock())
      const sessions = await store.listByUser(userId)
      return sessions
        .filter((session) => isLive(session, bounds))
        .toSorted((a, b) => b.lastActivityAt - a.lastActivityAt)
    },

    countLive: () => store.countLive(liveBounds(limits, clock())),

    async check(token) {
      const id = sha256(token)
      const session = await store.find(id)
      return session !== null && isLive(session, liveBounds(limits, clock())) ? { live: true, session } : explain(id)
    },

    async touch(token) {
      const now = clock()
      const id = sha256(token)
      const session = await store.touch(id, now, touchBounds(limits, now))
      return session === null ? explain(id) : { live: true, session }
    },

    async end(token, reason) {
      await store.end([sha256(token)], reason, clock())
    },

    idOf: sha256,

    async endOne(userId, id) {
      const session = await store.find(id)
      if (session?.userId !== userId) return false
      return (await store.end([id], 'ended', clock())) === 1
    },

    async endOthers(userId, exceptId, reason) {
      let ended = 0
      // One look can miss a session that is being renewed: the old one ending already, the new one not yet there. The
      // next look finds it. Bounded, for whoever can log in could go on for ever.
      for (let looks = 0, quiet = 0; quiet < 2 && looks < mostLooks; looks += 1) {
        const others = (await store.listByUser(userId)).filter(({ id }) => id !== exceptId)
        quiet = others.length === 0 ? quiet + 1 : 0
        if (quiet > 0) continue
        ended += await store.end(
          others.map(({ id }) => id),
          reason,
          clock(),
        )
      }
      return ended
    },

    async sweep() {
      const now = clock()
      const bounds = liveBounds(limits, now)
      let ended = 0
      for (;;) {
        const dead = await store.listDead(bounds, sweepBatch)
        for (const reason of ['idle', 'expired'] as const) {
          const ids = dead.filter((session) => whyDead(session, limits) === reason).map((session) => session.id)
          if (ids.length === 0) continue
          const count = await store.end(ids, reason, now)
          if (count > 0) onRanOut?.(reason, null, count)
          ended += count
        }
        if (dead.length < sweepBatch) break
      }
      // The cookie's seal is void after maxMs, so nobody can ask for an older reason.
      await store.forgetEnded(now - limits.maxMs)
      return ended
    },
  }
}
