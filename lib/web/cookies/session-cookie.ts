// The session cookie: an opaque token in an iron-session seal. It is written at log-in and re-authentication, never to
// extend the idle window: that is stored in the session record, so parallel requests cannot race over a cookie.
import { sealData, unsealData } from 'iron-session'
import { z } from 'zod'
import type { Runtime } from '#lib/services.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

/** The purpose keeps other sealed values of this site from working as a session. */
const contents = z.strictObject({ purpose: z.literal('session'), token: z.string() })

/** Our seals have about 300 characters; skip the cost of unsealing anything much longer. */
const longestSeal = 1024
/**
 * One spelling for each seal: iron-session accepts any suffix as a version, and ignores the two bits of the digest's last
 * character that 32 bytes leave unused (RFC 4648, 3.5).
 */
const sealForm = /^Fe26\.2\*[^~]+\*[\w-]{42}[AEIMQUYcgkosw048]~2$/
/**
 * Unsealing takes about a millisecond, so results are cached. The session record decides whether the session is live.
 */
const rememberedSeals = 10_000

type Needs = Pick<Runtime, 'settings' | 'sessionSecrets'>

const remembered = new Map<string, string>()

export function sessionCookieName(appOrigin: string): string {
  return cookieNameOn(appOrigin, 'session')
}

/** Without Max-Age: it ends with the browser (NIST SP 800-63B-4). The session record ends earlier. */
export function sessionCookieOptions(appOrigin: string) {
  return cookieOptionsOn(appOrigin)
}

export function sealToken(token: string, { settings, sessionSecrets }: Needs): Promise<string> {
  const [newest] = sessionSecrets
  if (newest === undefined) throw new Error('There is no session secret.')
  const ttl = Math.ceil(settings.session.maxMs / 1000)
  return sealData({ purpose: 'session', token }, { password: newest, ttl })
}

export type Unsealed = { token: string } | { token: null; expired: boolean }

/**
 * The token in the cookie, or null if this site did not seal it or sealed it longer ago than a session can live. Never
 * throws for a bad value.
 */
export async function unsealToken(seal: string, { settings, sessionSecrets }: Needs): Promise<Unsealed> {
  let expired = false
  if (seal.length > longestSeal || !sealForm.test(seal)) return { token: null, expired }
  const known = remembered.get(seal)
  if (known !== undefined) return { token: known }
  const ttl = Math.ceil(settings.session.maxMs / 1000)
  for (const password of sessionSecrets) {
    const onUnsealError = (reason: string) => {
      expired ||= reason === 'expired'
    }
    const opened = contents.safeParse(await unsealData(seal, { password, ttl, onUnsealError }))
    if (opened.success) {
      remember(seal, opened.data.token)
      return { token: opened.data.token }
    }
  }
  return { token: null, expired }
}

function remember(seal: string, token: string): void {
  if (remembered.size >= rememberedSeals) {
    const oldest = remembered.keys().next()
    if (!oldest.done) remembered.delete(oldest.value)
  }
  remembered.set(seal, token)
}
