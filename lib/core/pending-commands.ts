// A command that waits for re-authentication: kept here, so that the user enters nothing twice and no browser carries
// it along.
import { z } from 'zod'
import { type Clock, minutes } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newToken } from '../crypto/random.ts'
import type { TokenRecord, TokenStore } from '../stores/types.ts'

// The purpose in the store is that of earlier versions.
const purpose = 'interrupted-act'
const keptMs = minutes(10)
const kept = z.strictObject({ name: z.string(), input: z.unknown() })

/** As it was asked for: `execute` parses the input again, and the name may be another version's. */
export type PendingCommand = z.infer<typeof kept>

export interface PendingCommands {
  /** Keeps the command for ten minutes, in place of this session's earlier one. Returns a handle that only this session can use. */
  keep(sessionId: string, pending: PendingCommand): Promise<string>
  /** Null when this session keeps no command under this handle. */
  find(sessionId: string, handle: string): Promise<PendingCommand | null>
  /** The same, once. */
  take(sessionId: string, handle: string): Promise<PendingCommand | null>
}

export function createPendingCommands({ store, clock }: { store: TokenStore; clock: Clock }): PendingCommands {
  async function find(sessionId: string, handle: string): Promise<PendingCommand | null> {
    const token = await store.find(idOf(handle), purpose, clock())
    return token?.subject === sessionId ? read(token) : null
  }

  return {
    async keep(sessionId, { name, input }) {
      const handle = newToken()
      const createdAt = clock()
      await store.put({
        id: idOf(handle),
        purpose,
        subject: sessionId,
        detail: JSON.stringify({ name, input }),
        createdAt,
        expiresAt: createdAt + keptMs,
        issuedBy: null,
      })
      return handle
    },

    find,

    async take(sessionId, handle) {
      // Find first: a handle that another session presents is not used up.
      if ((await find(sessionId, handle)) === null) return null
      const token = await store.take(idOf(handle), purpose, clock())
      return token && read(token)
    },
  }
}

/** Derived from a new handle each time: a confirmation page runs the command that it showed, and no later one. */
const idOf = (handle: string) => sha256(`interrupted-act:${handle}`)

/** Null for the form in which earlier versions kept it. */
const read = ({ detail }: TokenRecord) => kept.safeParse(JSON.parse(detail)).data ?? null
