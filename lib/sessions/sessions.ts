// Starting, checking and ending sessions. Knows tokens and the store; nothing of cookies or requests.
import type { Clock } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newToken } from '../crypto/random.ts'
import { type EndReason, isLive, type SessionRecord, type SessionStore } from '../stores/types.ts'
import { liveBounds, type SessionLimits, touchBounds, whyDead } from './window.ts'

/** A bounded batch keeps one sweep from holding up the requests beside it. */
const sweepBatch = 500

export type SessionCheck = { live: true; session: SessionRecord } | { live: false; reason: EndReason | null }

export interface Sessions {
  /** A new session for this person. The token is returned once and stored nowhere. */
  start(userId: string): Promise<{ token: string; session: SessionRecord }>
  /** Whether the session is live, without extending it. A session found dead is ended, with its reason. */
  check(token: string): Promise<SessionCheck>
  /** Check and slide the window as one atomic step: call it where a person acted, and only there. */
  touch(token: string): Promise<SessionCheck>
  /** Idempotent. */
  end(token: string, reason: EndReason): Promise<void>
  /** Ends what is dead in the store, in batches, and forgets old reasons. Returns how many were ended. */
  sweep(): Promise<number>
}

export function createSessions(deps: { store: SessionStore; limits: SessionLimits; clock: Clock }): Sessions {
  const { store, limits, clock } = deps

  /** For a session that was just found not live. */
  async function explain(id: string, now: number): Promise<SessionCheck> {
    const session = await store.find(id)
    // A server whose clock is a moment behind may have slid the window in between: then it is not ours to end.
    const stillDead = session !== null && !isLive(session, liveBounds(limits, now))
    if (stillDead) await store.end([id], whyDead(session, limits), now)
    return { live: false, reason: await store.findEndReason(id) }
  }

  return {
    async start(userId) {
      const token = newToken()
      const now = clock()
      const session = { id: sha256(token), userId, createdAt: now, lastActivityAt: now }
      await store.insert(session)
      return { token, session }
    },

    async check(token) {
      const now = clock()
      const id = sha256(token)
      const session = await store.find(id)
      return session !== null && isLive(session, liveBounds(limits, now)) ? { live: true, session } : explain(id, now)
    },

    async touch(token) {
      const now = clock()
      const id = sha256(token)
      const session = await store.touch(id, now, touchBounds(limits, now))
      return session === null ? explain(id, now) : { live: true, session }
    },

    async end(token, reason) {
      await store.end([sha256(token)], reason, clock())
    },

    async sweep() {
      const now = clock()
      const bounds = liveBounds(limits, now)
      let ended = 0
      for (;;) {
        const dead = await store.listDead(bounds, sweepBatch)
        for (const reason of ['idle', 'expired'] as const) {
          const ids = dead.filter((session) => whyDead(session, limits) === reason).map((session) => session.id)
          if (ids.length > 0) ended += await store.end(ids, reason, now)
        }
        if (dead.length < sweepBatch) break
      }
      // The cookie's seal is void after maxMs, so nobody can ask for an older reason.
      await store.forgetEnded(now - limits.maxMs)
      return ended
    },
  }
}
