// Starting, checking and ending sessions. Knows tokens and the store; nothing of cookies or requests.
import type { Clock } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newToken } from '../crypto/random.ts'
import { storable } from '../stores/texts.ts'
import { type EndReason, isLive, type SessionRecord, type SessionStore } from '../stores/types.ts'
import { createSessionAges, type SessionAges } from './ages.ts'
import { hasRecentProof, isAhead, liveBounds, type SessionLimits, touchBounds, whyDead } from './window.ts'

/** A bounded batch keeps one sweep from holding up the requests beside it. */
const pruneBatch = 500
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
const addressMax = 100

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
  prune(): Promise<number>
}

/** `onRanOut` hears once of each session that is found to be over by its time; whose it was where that is one person. */
export function createSessions(deps: {
  store: SessionStore
  limits: SessionLimits
  clock: Clock
  ages?: SessionAges
  onRanOut?: (reason: EndReason, userId: string | null, count: number) => void
}): Sessions {
  const { store, limits, clock, ages = createSessionAges(deps.clock), onRanOut } = deps

  /**
   * `ahead` is a live session whose times lie in the future, because they were written by a clock that was set back since.
   * What this process never met and lies further ahead than any session lasts is over: nobody can say how old it is.
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

  /** Of a session that is ahead, the record as it is right now; null when somebody changed or ended it meanwhile. */
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

  /** For a session that was just found not live. */
  async function explain(id: string): Promise<SessionCheck> {
    const session = await store.find(id)
    // Read after the record: while the store was slow, an act from later than the question may have been recorded.
    const now = clock()
    if (session !== null) {
      // An act that was in time may have been recorded only now: then the session goes on, and is not ours to end.
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

  /** Also when several begin at once: each looks at what is there after its own. */
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
    async start(userId, { userAgent, address } = { userAgent: '', address: '' }) {
      const token = newToken()
      const now = clock()
      const session: SessionRecord = {
        id: sha256(token),
        userId,
        createdAt: now,
        lastActivityAt: now,
        provedAt: now,
        userAgent: storable(userAgent, userAgentMax),
        address: storable(address, addressMax),
      }
      await store.insert(session)
      ages.of(session, now)
      await endOldest(userId)
      return { token, session }
    },

    async renew(oldToken) {
      const id = sha256(oldToken)
      const found = await explain(id)
      if (!found.live) return null
      const now = clock()
      const token = newToken()
      const session: SessionRecord = { ...found.session, id: sha256(token), lastActivityAt: now, provedAt: now }
      await store.insert(session)
      ages.rename(id, session, now)
      const endNew = () => end([session.id], 'ended', now)
      const ended = await end([id], 'ended', now).catch(async (cause: unknown) => {
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
      // Its times were ahead and are corrected, or somebody used it meanwhile: now it can slide.
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
      // One look can miss a session that is being renewed: the old one ending already, the new one not yet there. The
      // next look finds it. Bounded, for whoever can log in could go on for ever.
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
      // Those that a clock set back makes look younger than they are.
      for (const id of ages.idleFor(limits.idleMs)) {
        if ((await explain(id)).live) continue
        ages.forget(id)
        ended += 1
      }
      // The cookie's seal is void after maxMs, so nobody can ask for an older reason.
      await store.forgetEnded(now - limits.maxMs)
      return ended
    },
  }
}
