// A user changes the username. The old one stays reserved, so that nobody else can impersonate them.

import { isActive } from '../../auth/accounts.ts'
import type { Clock } from '../../core/clock.ts'
import { usernameReservedMs } from '../../core/lifetimes.ts'
import type { RateLimits } from '../../core/rate-limits/rate-limits.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { UserStore } from '../../stores/types.ts'

export interface Usernames {
  /** `username` must be canonical. Three changes a day. */
  rename(
    id: string,
    username: string,
  ): Promise<Result<null, 'username_taken' | 'person_gone'> | { ok: false; code: 'rename_too_often'; waitMs: number }>
}

export function createUsernames(deps: { users: UserStore; rateLimits: RateLimits; clock: Clock }): Usernames {
  const { users, rateLimits, clock } = deps
  return {
    async rename(id, username) {
      const record = await users.find(id)
      if (!isActive(record)) return refused('person_gone')
      if (record.username === username) return ok(null)
      const waitMs = await rateLimits.take('rename', id)
      if (waitMs > 0) return { ok: false, code: 'rename_too_often', waitMs }
      const now = clock()
      const times = { at: now, reservedUntil: now + usernameReservedMs }
      const outcome = await users.rename(id, username, times, { status: 'active', deletedAt: null })
      if (outcome === null) return refused('person_gone')
      return outcome === 'renamed' ? ok(null) : refused(outcome)
    },
  }
}
