// An admin views the site as another user: with a reason, for fifteen minutes, read-only. Bound to the admin's own
// session, and over when that session ends.
import { z } from 'zod'
import { type Clock, minutes } from '../../core/clock.ts'
import { type OneTimeToken, oneTimeTokens } from '../../core/one-time-tokens.ts'
import type { TokenStore } from '../../stores/types.ts'

const detail = z.strictObject({ adminId: z.string(), userId: z.string() })
type Detail = z.infer<typeof detail>

export interface Impersonation extends Detail {
  endsAt: number
}

export interface Impersonations {
  /** Makes this session show the site as `userId` sees it. */
  start(sessionId: string, impersonation: Detail): Promise<void>
  /** Null when the session shows the site as its own user. */
  find(sessionId: string): Promise<Impersonation | null>
  /** Returns what ended, or null when nothing was active. */
  end(sessionId: string): Promise<Impersonation | null>
}

export function createImpersonations({ store, clock }: { store: TokenStore; clock: Clock }): Impersonations {
  const tokens = oneTimeTokens({ store, clock, purpose: 'look', lifeMs: minutes(15), detail })
  return {
    start: (sessionId, impersonation) => tokens.put(sessionId, impersonation, { issuedBy: impersonation.adminId }),
    find: async (sessionId) => impersonationOf(await tokens.find(sessionId)),
    end: async (sessionId) => impersonationOf(await tokens.take(sessionId)),
  }
}

function impersonationOf(token: OneTimeToken<Detail> | null): Impersonation | null {
  return token && { ...token.detail, endsAt: token.expiresAt }
}
