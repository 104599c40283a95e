// Creates a user with a token. Both are in different files, so the token is deleted on disk before the user is written:
// a crash in between loses the token and never creates two users. If the user cannot be created, the token returns
// unless it was withdrawn meanwhile.

import { isAmong } from '#lib/stores/collection.ts'
import type { Collection, InsertOutcome, Only, TokenRecord, TokenUse } from '#lib/stores/types.ts'

import type { Aside, JsonCollection } from './collections.ts'
import type { CommitQueue } from './commit-queue.ts'

/** How a user is created with a token. `check` rejects what can be rejected without touching the token. */
interface Consumer {
  check(): Promise<InsertOutcome | null>
  use(): Promise<InsertOutcome>
  /** Resolves when no trace of `use`, which rejected, remains on disk. */
  undo(): Promise<void>
}

export type ConsumeToken = (token: TokenUse, consumer: Consumer) => Promise<InsertOutcome>

/** A token that is off the disk during an attempt, or after a failed one until it is written back. */
interface Held {
  token: TokenRecord
  /** Withdrawn or replaced meanwhile, so it is never restored. */
  isRevoked: boolean
  /** The running attempt. Resolves to its result, or null when it failed. */
  attempt: Promise<InsertOutcome | null> | null
}

export interface HeldTokens {
  aside: Aside<TokenRecord>
  /** Like the collection's `take`; it also takes a token that is held. */
  take: Collection<TokenRecord>['take']
  consume: ConsumeToken
}

/** `opened` returns the collection once it exists; the collection itself needs `aside`. */
export function createHeldTokens(
  opened: () => { tokens: JsonCollection<TokenRecord>; queue: CommitQueue },
): HeldTokens {
  const held = new Map<string, Held>()

  function revokeHeld(matches: (token: TokenRecord) => boolean): void {
    for (const one of held.values()) {
      if (!matches(one.token)) continue
      one.isRevoked = true
      if (one.attempt === null) held.delete(one.token.id)
    }
  }

  /** Valid although it is not on disk. */
  function waiting(): TokenRecord[] {
    return [...held.values()].filter(({ isRevoked }) => !isRevoked).map(({ token }) => token)
  }

  const consume: ConsumeToken = async (asked, { check, use, undo }) => {
    const { id, purpose, at } = asked
    if ((await opened().tokens.find(id, { fields: { purpose }, liveAt: at })) === null) return 'token_void'
    const refusal = await check()
    if (refusal !== null) return refusal
    const { promise: attempt, resolve: settle } = Promise.withResolvers<InsertOutcome | null>()
    const mine = await hold(asked, attempt)
    if (mine === null) return 'token_void'
    let outcome: InsertOutcome | null = null
    try {
      outcome = await use()
      return outcome
    } finally {
      if (outcome === 'inserted') held.delete(asked.id)
      else await giveBack(mine, outcome === null ? undo : null)
      mine.attempt = null
      settle(outcome)
    }
  }

  /** Deletes the token on disk. Null when it is void. Waits while another attempt holds it. */
  async function hold(asked: TokenUse, attempt: Held['attempt']): Promise<Held | null> {
    const { tokens, queue } = opened()
    for (;;) {
      let wasOnDisk = false
      const answer = await queue
        .run(() => {
          const known = held.get(asked.id)
          if (known?.attempt) return { other: known.attempt }
          const token = known?.token ?? tokens.draft.get(asked.id)
          if (!token || !isGood(token, asked)) return { mine: null }
          if (known) return { mine: Object.assign(known, { attempt }) }
          wasOnDisk = true
          tokens.draft.delete(asked.id)
          const mine = { token, isRevoked: false, attempt }
          held.set(asked.id, mine)
          return { mine }
        })
        .catch((cause: unknown) => {
          // The commit failed, so the token is still on disk.
          const mine = held.get(asked.id)
          if (wasOnDisk) held.delete(asked.id)
          else if (mine?.attempt === attempt) mine.attempt = null
          throw cause
        })
      if ('mine' in answer) return answer.mine
      await answer.other
    }
  }

  /** A token that cannot be written back stays in memory for the next attempt in this process. */
  async function giveBack(mine: Held, undo: (() => Promise<void>) | null): Promise<void> {
    const { token } = mine
    const { tokens, queue } = opened()
    try {
      await undo?.()
      await queue.run(() => {
        if (!mine.isRevoked) tokens.draft.set(token)
      })
      held.delete(token.id)
    } catch {
      if (mine.isRevoked) held.delete(token.id)
    }
  }

  async function take(id: string, only: Only<TokenRecord> = {}): Promise<TokenRecord | null> {
    const { tokens, queue } = opened()
    const taken = await queue.run(() => {
      const token = tokens.draft.get(id)
      if (token) {
        if (!isAmong('token', token, only)) return null
        tokens.draft.delete(id)
        return { ...token }
      }
      const withdrawn = held.get(id)
      if (!withdrawn || withdrawn.isRevoked || !isAmong('token', withdrawn.token, only)) return null
      revokeHeld((token) => token.id === id)
      return withdrawn
    })
    if (taken === null || !('attempt' in taken)) return taken
    // The attempt decides whether the token was used or withdrawn.
    return (await taken.attempt) === 'inserted' ? null : { ...taken.token }
  }

  return { aside: { values: waiting, drop: revokeHeld }, take, consume }
}

function isGood(token: TokenRecord, { purpose, at }: TokenUse): boolean {
  return isAmong('token', token, { fields: { purpose }, liveAt: at })
}
