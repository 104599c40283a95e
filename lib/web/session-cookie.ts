// The session cookie: an opaque token in an iron-session seal. Made at log-in and with each new proof of who it is,
// never to slide the window: that lives in the session's record, so Server Components, actions and parallel requests
// cannot race over a cookie.
import { sealData, unsealData } from 'iron-session'
import { z } from 'zod'
import type { Runtime } from '#lib/services.ts'
import { cookieNameOn } from './cookie-name.ts'

/** The purpose keeps any other sealed value of this site from being taken for a session. */
const contents = z.strictObject({ purpose: z.literal('session'), token: z.string() })

/** Our seals are about 300 characters; anything much longer is not one and is not worth the unsealing. */
const longestSeal = 1024
/** iron-session reads any ending as a version; only its present one is ours, so that a seal has one spelling. */
const sealForm = /^Fe26\.2\*[^~]+~2$/
/** Unsealing takes about a millisecond, so recent answers are kept. Whether a session lives is decided by its record. */
const rememberedSeals = 10_000

type Needs = Pick<Runtime, 'settings' | 'sessionSecrets'>

const remembered = new Map<string, string>()

export function sessionCookieName(appOrigin: string): string {
  return cookieNameOn(appOrigin, 'session')
}

/** Without Max-Age, so that it ends with the browser (NIST SP 800-63B-4); its record ends it sooner. */
export function sessionCookieOptions(appOrigin: string) {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: appOrigin.startsWith('https:') } as const
}

export function sealToken(token: string, { settings, sessionSecrets }: Needs): Promise<string> {
  const [newest] = sessionSecrets
  if (newest === undefined) throw new Error('There is no session secret.')
  const ttl = Math.ceil(settings.session.maxMs / 1000)
  return sealData({ purpose: 'session', token }, { password: newest, ttl })
}

export type Unsealed = { token: string } | { token: null; expired: boolean }

/**
 * The token in this cookie value, or null for anything that this site did not seal, or sealed longer ago than a
 * session can live. Never throws for a bad value.
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
