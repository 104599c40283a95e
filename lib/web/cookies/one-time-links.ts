// A link that an admin hands over to a user. The next page shows it to this browser only, from an httpOnly cookie of a
// few minutes. It is stored nowhere else.
import 'server-only'
import { cookies } from 'next/headers'
import { minutes } from '#lib/core/clock.ts'
import { services } from '#lib/services.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

const keptMs = minutes(10)
const links = {
  invitation: { page: '/signup', parameter: 'invitation' },
  'reset-password': { page: '/reset-password', parameter: 'token' },
} as const

type Kind = keyof typeof links

const cookieName = (kind: Kind, appOrigin: string) => cookieNameOn(appOrigin, `handed-over-${kind}`)

/** Cookies that a log-out removes too. */
export function handedOverCookies(appOrigin: string): string[] {
  return (['invitation', 'reset-password'] satisfies Kind[]).map((kind) => cookieName(kind, appOrigin))
}

export function handedOverCookieOptions(appOrigin: string) {
  // For the whole site: Next fetches the next page within the response to the action.
  return { ...cookieOptionsOn(appOrigin), sameSite: 'strict' } as const
}

/** `about` is the id of the user or invitation. Only for actions, which may set cookies. */
export async function showOnce(kind: Kind, about: string, token: string): Promise<void> {
  const { settings } = await services()
  const jar = await cookies()
  const options = { ...handedOverCookieOptions(settings.appOrigin), maxAge: keptMs / 1000 }
  jar.set(cookieName(kind, settings.appOrigin), `${about}.${token}`, options)
}

const codesCookie = (appOrigin: string) => cookieNameOn(appOrigin, 'recovery-codes')

/** New recovery codes, for the next page. Only for actions. */
export async function showRecoveryCodes(userId: string, codes: readonly string[]): Promise<void> {
  const { settings } = await services()
  const options = { ...handedOverCookieOptions(settings.appOrigin), maxAge: keptMs / 1000 }
  ;(await cookies()).set(codesCookie(settings.appOrigin), [userId, ...codes].join('.'), options)
}

/** Empty when this browser has none of this user. */
export async function readRecoveryCodes(userId: string): Promise<string[]> {
  const { settings } = await services()
  const [owner, ...codes] = ((await cookies()).get(codesCookie(settings.appOrigin))?.value ?? '').split('.')
  return owner === userId ? codes.filter((code) => /^[\w-]{4,20}$/.test(code)) : []
}

/** The complete link, or null when this browser has none for `about`. */
export async function readHandedOver(kind: Kind, about: string): Promise<string | null> {
  const jar = await cookies()
  const { settings } = await services()
  const [subject, token] = (jar.get(cookieName(kind, settings.appOrigin))?.value ?? '').split('.')
  if (subject !== about || token === undefined || !/^[\w-]{43}$/.test(token)) return null
  const { page, parameter } = links[kind]
  return `${settings.appOrigin}${page}?${parameter}=${token}`
}
