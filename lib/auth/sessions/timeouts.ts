// The idle and the absolute timeout: when a session is live, when it ends, and why. Their lengths are settings (lib/config.ts).

import { seconds } from '../../core/clock.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'
import {
  clockSkewMs,
  type EndReason,
  endReasons,
  type LiveBounds,
  type SessionRecord,
  type TouchBounds,
} from '../../stores/types.ts'

export interface SessionLimits {
  /** Inactivity window. 600 s by default: within NIST SP 800-63B-4's hour for AAL2 and 15 minutes for AAL3. */
  idleMs: number
  /** Absolute lifetime. 12 h by default: NIST SP 800-63B-4's limit for AAL3. */
  maxMs: number
}

type Times = Pick<SessionRecord, 'createdAt' | 'lastActivityAt'>

/** A session is live while now − lastActivityAt < idleMs and now − createdAt < maxMs. */
export function liveBounds(limits: SessionLimits, now: number): LiveBounds {
  return { activeAfter: now - limits.idleMs, createdAfter: now - limits.maxMs, latest: now + clockSkewMs }
}

/** Whether the session started or was used later than this. */
export function isAhead({ createdAt, lastActivityAt }: Times, latest: number): boolean {
  return Math.max(createdAt, lastActivityAt) > latest
}

/**
 * Activities closer together than this are stored once, because a store pays for every write: 5 s, or 1/120 of a
 * shorter window.
 */
export function touchBounds(limits: SessionLimits, now: number): TouchBounds {
  const mergeMs = Math.min(seconds(5), limits.idleMs / 120)
  return { ...liveBounds(limits, now), recentAfter: now - mergeMs }
}

/** Names the limit that a dead session reached first. */
export function whyDead(times: Times, limits: SessionLimits): EndReason {
  return times.createdAt + limits.maxMs <= times.lastActivityAt + limits.idleMs ? 'expired' : 'idle'
}

export function deadlines(times: Times, limits: SessionLimits): { idleDeadline: number; absoluteDeadline: number } {
  const absoluteDeadline = times.createdAt + limits.maxMs
  return { idleDeadline: Math.min(times.lastActivityAt + limits.idleMs, absoluteDeadline), absoluteDeadline }
}

export function hasRecentAuthentication(
  { provedAt, authentications }: Pick<SessionRecord, 'provedAt' | 'authentications'>,
  now: number,
  withinMs = ownReauthenticationMs,
): boolean {
  // A remembered browser replaces the second factor at log-in only.
  if (authentications.includes('remembered-browser')) return false
  return now - provedAt < withinMs && provedAt <= now + clockSkewMs
}

/** Undefined for an unknown reason. */
export function parseEndReason(text: unknown): EndReason | undefined {
  return endReasons.find((reason) => reason === text)
}
