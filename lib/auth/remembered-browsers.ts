// Browsers in which a user needs no second factor for 30 days. They never replace the password, and never count where
// the site asks for a fresh proof.
import type { Clock } from '../core/clock.ts'
import { sha256 } from '../core/crypto/hash.ts'
import { newToken } from '../core/crypto/random.ts'
import { rememberedBrowserMs } from '../core/lifetimes.ts'
import type { RequestInfo } from '../core/mail/message.ts'
import { storable } from '../stores/texts.ts'
import type { Collection, RememberedBrowser } from '../stores/types.ts'
import type { User } from './accounts.ts'

export interface RememberedBrowsers {
  /** Returns the token for the browser's cookie. It is stored nowhere. Beyond ten browsers, the oldest is forgotten. */
  remember(user: User, by: RequestInfo): Promise<string>
  /** Whether one of the tokens is of this user, less than 30 days old, and from after the last change of the factors. */
  isRemembered(user: User, tokens: readonly string[]): Promise<boolean>
  /** Newest first, without void ones. */
  list(user: User): Promise<RememberedBrowser[]>
  /** False when the user has no such browser. */
  forget(userId: string, id: string): Promise<boolean>
  forgetAll(userId: string): Promise<void>
}

/** More than anyone uses. */
const mostBrowsers = 10
const userAgentMax = 400

export function createRememberedBrowsers(deps: {
  browsers: Collection<RememberedBrowser>
  clock: Clock
}): RememberedBrowsers {
  const { browsers, clock } = deps

  const isValid = (browser: RememberedBrowser, { id, passwordChangedAt, factors }: User) =>
    browser.userId === id &&
    browser.passwordChangedAt === passwordChangedAt &&
    browser.factorsChangedAt === factors.changedAt

  const list = async (user: User) => {
    const found = await browsers.list({ fields: { userId: user.id }, liveAt: clock() }, 100)
    return found.filter((browser) => isValid(browser, user))
  }

  return {
    async remember(user, { userAgent, address }) {
      const token = newToken()
      const createdAt = clock()
      await browsers.put({
        id: sha256(token),
        userId: user.id,
        createdAt,
        expiresAt: createdAt + rememberedBrowserMs,
        passwordChangedAt: user.passwordChangedAt,
        factorsChangedAt: user.factors.changedAt,
        userAgent: storable(userAgent, userAgentMax),
        address,
      })
      for (const { id } of (await list(user)).slice(mostBrowsers)) await browsers.take(id)
      return token
    },

    async isRemembered(user, tokens) {
      for (const token of tokens) {
        const browser = await browsers.find(sha256(token), { liveAt: clock() })
        if (browser !== null && isValid(browser, user)) return true
      }
      return false
    },

    list,

    forget: async (userId, id) => (await browsers.take(id, { fields: { userId } })) !== null,

    async forgetAll(userId) {
      await browsers.deleteAll({ userId })
    },
  }
}
