// An admin views the site as another user: with a reason, for fifteen minutes, read-only. Bound to the admin's own
// session, and over when that session ends.
import { z } from 'zod'
import { type Clock, minutes } from '../clock.ts'
import { type OneTimeToken, oneTimeTokens } from '../core/one-time-tokens.ts'
import type { TokenStore } from '../stores/types.ts'

const detail = z.strictObject({ adminId: z.string(), userId: z.string() })
type Detail = z.infer<typeof detail>

export interface Look extends Detail {
  endsAt: number
}

export interface Looks {
  /** From now on this session shows the site as this user sees it. */
  start(sessionId: string, look: Detail): Promise<void>
  /** Null when the session shows the site as its own user. */
  find(sessionId: string): Promise<Look | null>
  /** Returns what ended, or null when it was over already. */
  end(sessionId: string): Promise<Look | null>
}

export function createLooks({ store, clock }: { store: TokenStore; clock: Clock }): Looks {
  const tokens = oneTimeTokens({ store, clock, purpose: 'look', lifeMs: minutes(15), detail })
  return {
    start: (sessionId, look) => tokens.put(sessionId, look, { issuedBy: look.adminId }),
    find: async (sessionId) => lookOf(await tokens.find(sessionId)),
    end: async (sessionId) => lookOf(await tokens.take(sessionId)),
  }
}

function lookOf(token: OneTimeToken<Detail> | null): Look | null {
  return token && { ...token.detail, endsAt: token.expiresAt }
}
