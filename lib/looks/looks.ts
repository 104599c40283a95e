// An admin looks at the site as a person sees it: for a reason, for fifteen minutes, changing nothing. It hangs on the
// admin's own session, and ends with it.
import { z } from 'zod'
import { type Clock, minutes } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import type { TokenRecord, TokenStore } from '../stores/types.ts'

const purpose = 'look'
const lastsMs = minutes(15)
const kept = z.strictObject({ adminId: z.string(), userId: z.string() })

export interface Look {
  adminId: string
  userId: string
  endsAt: number
}

export interface Looks {
  /** From now on this session shows the site as this person sees it. */
  start(sessionId: string, look: Pick<Look, 'adminId' | 'userId'>): Promise<void>
  /** Null when the session shows its own person. */
  find(sessionId: string): Promise<Look | null>
  /** Whom it was, or null when it was over already. */
  end(sessionId: string): Promise<Look | null>
}

export function createLooks({ store, clock }: { store: TokenStore; clock: Clock }): Looks {
  return {
    async start(sessionId, look) {
      const createdAt = clock()
      await store.put({
        id: idOf(sessionId),
        purpose,
        subject: sessionId,
        detail: JSON.stringify(look),
        createdAt,
        expiresAt: createdAt + lastsMs,
        issuedBy: look.adminId,
      })
    },
    find: async (sessionId) => lookOf(await store.find(idOf(sessionId), purpose, clock())),
    end: async (sessionId) => lookOf(await store.take(idOf(sessionId), purpose, clock())),
  }
}

const idOf = (sessionId: string) => sha256(`${purpose} ${sessionId}`)

function lookOf(token: TokenRecord | null): Look | null {
  return token && { ...kept.parse(JSON.parse(token.detail)), endsAt: token.expiresAt }
}
