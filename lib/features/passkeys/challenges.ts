// The challenge of a passkey ceremony. The browser holds it in a sealed cookie, so that asking for one writes nothing.
import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import { sha256 } from '../../core/crypto/hash.ts'
import { newToken } from '../../core/crypto/random.ts'
import { seal, unseal } from '../../core/crypto/seal.ts'
import { passkeyChallengeMs } from '../../core/lifetimes.ts'
import { oneTimeTokens } from '../../core/one-time-tokens.ts'
import { clockSkewMs, type TokenStore } from '../../stores/types.ts'
import { type Ceremony, ceremonies } from './ceremonies.ts'

const purpose = 'passkey-challenge'

const content = z.strictObject({
  /** 32 random bytes in base64url: four times what OWASP ASVS 6.7.2 requires. */
  challenge: z.string(),
  ceremony: z.enum(ceremonies),
  at: z.int(),
  /** Whose passkey it is for; at sign-up the id of the user to come. Null at log-in. */
  userId: z.string().nullable(),
  /** The session that asked, or null. */
  sessionId: z.string().nullable(),
})

export type Challenge = z.infer<typeof content>

export interface Challenges {
  issue(
    ceremony: Ceremony,
    bound: Pick<Challenge, 'userId' | 'sessionId'>,
  ): Promise<{ challenge: string; sealed: string }>
  /** Null when it is over five minutes old, was made elsewhere, or for another ceremony or session. */
  open(sealed: string, only: readonly Ceremony[], sessionId: string | null): Promise<Challenge | null>
  /** False when it was used before. Call it after the signature was found valid, and before anything else. */
  spend(challenge: Challenge): Promise<boolean>
}

export function createChallenges(deps: { tokens: TokenStore; secrets: readonly string[]; clock: Clock }): Challenges {
  const { tokens: store, secrets, clock } = deps
  // The mark outlives the challenge on every server, whose clocks may differ.
  const lifeMs = passkeyChallengeMs + 2 * clockSkewMs
  const used = oneTimeTokens({ store, clock, purpose, lifeMs, detail: z.undefined() })

  return {
    async issue(ceremony, { userId, sessionId }) {
      const challenge = newToken()
      const made: Challenge = { challenge, ceremony, at: clock(), userId, sessionId }
      return { challenge, sealed: await seal(made, purpose, secrets) }
    },

    async open(sealed, only, sessionId) {
      const { data } = content.safeParse(sealed === '' ? null : await unseal(sealed, purpose, secrets))
      const now = clock()
      if (data === undefined || now - data.at >= passkeyChallengeMs || data.at > now + clockSkewMs) return null
      return only.includes(data.ceremony) && data.sessionId === sessionId ? data : null
    },

    // Hashed, because the store keeps the subject.
    spend: ({ challenge }) => used.add(sha256(challenge), undefined),
  }
}
