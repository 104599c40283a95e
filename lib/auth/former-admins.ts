// Remembers who was an admin lately. Otherwise one admin alone could take over another's account: demote them, reset the
// password by hand, promote them again.
import { z } from 'zod'
import { days } from '../core/clock.ts'
import { oneTimeTokens } from '../core/one-time-tokens.ts'
import type { TokenStore } from '../stores/types.ts'

/** As long as a deletion can be undone, so that another admin has time to notice. */
const lifeMs = days(14)

const formerAdmins = (store: TokenStore, now: number) =>
  oneTimeTokens({ store, clock: () => now, purpose: 'former-admin', lifeMs, detail: z.undefined() })

export async function rememberAdmin(tokens: TokenStore, userId: string, now: number): Promise<void> {
  await formerAdmins(tokens, now).put(userId, undefined)
}

export async function wasAdmin(tokens: TokenStore, userId: string, now: number): Promise<boolean> {
  return (await formerAdmins(tokens, now).find(userId)) !== null
}
