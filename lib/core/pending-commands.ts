// A command that waits for re-authentication: kept here, so that the user enters nothing twice and no browser carries
// it along.
import { z } from 'zod'
import type { TokenStore } from '../stores/types.ts'
import { type Clock, minutes } from './clock.ts'
import { oneTimeTokens } from './one-time-tokens.ts'

const detail = z.strictObject({ name: z.string(), input: z.unknown() })

/** As it was asked for: `execute` parses the input again, and the name may be another version's. */
export type PendingCommand = z.infer<typeof detail>

export interface PendingCommands {
  /** Keeps the command for ten minutes, in place of this session's earlier one. Returns a handle that only this session can use. */
  keep(sessionId: string, pending: PendingCommand): Promise<string>
  /** Null when this session keeps no command under this handle. */
  find(sessionId: string, handle: string): Promise<PendingCommand | null>
  /** The same, once. */
  take(sessionId: string, handle: string): Promise<PendingCommand | null>
}

export function createPendingCommands({ store, clock }: { store: TokenStore; clock: Clock }): PendingCommands {
  // The purpose is that of earlier versions, whose details do not parse.
  const tokens = oneTimeTokens({ store, clock, purpose: 'interrupted-act', lifeMs: minutes(10), detail })

  async function find(sessionId: string, handle: string): Promise<PendingCommand | null> {
    const token = await tokens.find(handle)
    return token?.subject === sessionId ? token.detail : null
  }

  return {
    // A new handle each time: a confirmation page runs the command that it showed, and no later one.
    keep: async (sessionId, pending) => (await tokens.issue(sessionId, pending)).secret,

    find,

    async take(sessionId, handle) {
      // Find first: a handle that another session presents is not used up.
      if ((await find(sessionId, handle)) === null) return null
      return (await tokens.take(handle))?.detail ?? null
    },
  }
}
