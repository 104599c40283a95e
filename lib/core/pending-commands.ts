// Stores a command while its user re-authenticates, so that the user enters nothing twice and the browser carries no
// command.
import { z } from 'zod'
import type { TokenStore } from '../stores/types.ts'
import { type Clock, minutes } from './clock.ts'
import { oneTimeTokens } from './one-time-tokens.ts'

const detail = z.strictObject({ name: z.string(), input: z.unknown() })

/** As requested. `execute` parses the input again, and another version may have written the name. */
export type PendingCommand = z.infer<typeof detail>

export interface PendingCommands {
  /**
   * Stores the command for ten minutes and replaces the session's earlier one. Returns a handle for this session only.
   */
  keep(sessionId: string, pending: PendingCommand): Promise<string>
  /** Null when this session has no command with this handle. */
  find(sessionId: string, handle: string): Promise<PendingCommand | null>
  /** Like `find`, but only once. */
  take(sessionId: string, handle: string): Promise<PendingCommand | null>
}

export function createPendingCommands({ store, clock }: { store: TokenStore; clock: Clock }): PendingCommands {
  // Earlier versions use the same purpose; their details do not parse.
  const tokens = oneTimeTokens({ store, clock, purpose: 'interrupted-act', lifeMs: minutes(10), detail })

  async function find(sessionId: string, handle: string): Promise<PendingCommand | null> {
    const token = await tokens.find(handle)
    return token?.subject === sessionId ? token.detail : null
  }

  return {
    // Use a new handle each time: a confirmation page must run the command that it showed, not a later one.
    keep: async (sessionId, pending) => (await tokens.issue(sessionId, pending)).secret,

    find,

    async take(sessionId, handle) {
      // Find first: another session must not use up the handle.
      if ((await find(sessionId, handle)) === null) return null
      return (await tokens.take(handle))?.detail ?? null
    },
  }
}
