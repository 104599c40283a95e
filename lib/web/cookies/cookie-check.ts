// Detects browsers without cookies, which would see the log-in page again and again without an explanation.
import { headers } from 'next/headers'
import type { NextRequest, NextResponse } from 'next/server'
import { services } from '#lib/services.ts'
import { logInPath } from '../guards/next-path.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

/** Pages with a form that starts a session. */
const pages = ['/login', '/signup', '/setup']
const checkCookie = 'cookie-check'
/** Any of these proves that cookies work. Cookies of mailed links do not count: they are deleted after use. */
const ownCookies = [checkCookie, 'session', 'device', 'theme', 'time-zone', 'tz']

interface CookieJar {
  has(name: string): boolean
}

const hasOwn = (jar: CookieJar, appOrigin: string) => ownCookies.some((name) => jar.has(cookieNameOn(appOrigin, name)))

/** In middleware: sets a test cookie on pages whose form starts a session. */
export function offerCheckCookie(
  { nextUrl, cookies }: NextRequest,
  answer: NextResponse,
  appOrigin: string,
): NextResponse {
  if (pages.includes(nextUrl.pathname) && !hasOwn(cookies, appOrigin)) {
    answer.cookies.set(cookieNameOn(appOrigin, checkCookie), '1', cookieOptionsOn(appOrigin))
  }
  return answer
}

/**
 * Whether a script posted the form in a browser without cookies. React would then show the next page from the response,
 * with a session that the browser does not have. Call it before starting the session.
 */
export async function isScriptWithoutCookies(): Promise<boolean> {
  return (await headers()).has('next-action') && !(await cookiesCameBack())
}

/**
 * The page after a log-in. Browsers without cookies go through the log-in page, which continues if there is a session.
 */
export async function afterLogIn(path: string): Promise<string> {
  return (await cookiesCameBack()) ? path : withoutCookiesPath(path)
}

/** Reads the request header, because the jar of an action also contains the cookies it has set. */
async function cookiesCameBack(): Promise<boolean> {
  const { appOrigin } = (await services()).settings
  const sent = ((await headers()).get('cookie') ?? '').split(';').map((pair) => pair.split('=', 1)[0]?.trim() ?? '')
  return hasOwn(new Set(sent), appOrigin)
}

function withoutCookiesPath(path: string): string {
  const url = logInPath(path)
  return `${url}${url.includes('?') ? '&' : '?'}cookies=off`
}
