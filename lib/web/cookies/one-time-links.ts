// A link that an admin hands over to a user, and new recovery codes. The next page shows them to this browser only, from
// an httpOnly cookie of a few minutes. They are stored nowhere else.
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

type LinkKind = keyof typeof links
type Kind = LinkKind | 'recovery-codes'

const betweenCodes = '_'

const cookieName = (kind: Kind, appOrigin: string) => cookieNameOn(appOrigin, `handed-over-${kind}`)

/** Cookies that a log-out removes too. */
export function handedOverCookies(appOrigin: string): string[] {
  return (['invitation', 'reset-password', 'recovery-codes'] satisfies Kind[]).map((kind) =>
    cookieName(kind, appOrigin),
  )
}

export function handedOverCookieOptions(appOrigin: string) {
  // For the whole site: Next fetches the next page within the response to the action.
  return { ...cookieOptionsOn(appOrigin), sameSite: 'strict' } as const
}

/** `about` is the id of the user or invitation. Only for actions, which may set cookies. */
export async function showOnce(kind: LinkKind, about: string, token: string): Promise<void> {
  await hold(kind, about, token)
}

export async function showRecoveryCodes(userId: string, codes: readonly string[]): Promise<void> {
  await hold('recovery-codes', userId, codes.join(betweenCodes))
}

/** Null when this browser was given none for the user in the last minutes. */
export async function readRecoveryCodes(userId: string): Promise<string[] | null> {
  const codes = (await read('recovery-codes', userId))?.split(betweenCodes) ?? []
  return codes.length > 0 && codes.every((code) => /^[0-9a-z]{4}(-[0-9a-z]{4}){2}$/.test(code)) ? codes : null
}

/** The complete link, or null when this browser has none for `about`. */
export async function readHandedOver(kind: LinkKind, about: string): Promise<string | null> {
  const { settings } = await services()
  const token = await read(kind, about)
  if (token === null || !/^[\w-]{43}$/.test(token)) return null
  const { page, parameter } = links[kind]
  return `${settings.appOrigin}${page}?${parameter}=${token}`
}

async function hold(kind: Kind, about: string, text: string): Promise<void> {
  const { settings } = await services()
  const jar = await cookies()
  const options = { ...handedOverCookieOptions(settings.appOrigin), maxAge: keptMs / 1000 }
  jar.set(cookieName(kind, settings.appOrigin), `${about}.${text}`, options)
}

async function read(kind: Kind, about: string): Promise<string | null> {
  const jar = await cookies()
  const { settings } = await services()
  const [subject, text] = (jar.get(cookieName(kind, settings.appOrigin))?.value ?? '').split('.')
  return subject === about ? (text ?? null) : null
}
