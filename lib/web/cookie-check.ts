// Whether a browser keeps cookies. One that keeps none would be shown the log-in page again and again, without a word.
import { headers } from 'next/headers'
import type { NextRequest, NextResponse } from 'next/server'
import { services } from '#lib/services.ts'
import { cookieNameOn } from './cookie-name.ts'
import { logInPath } from './next-path.ts'

/** Pages with a form that begins a session. */
const pages = ['/login', '/signup', '/setup']
const checkCookie = 'cookie-check'
/** Any of them proves it. Those of mailed links do not: they are gone when they were used. */
const ownCookies = [checkCookie, 'session', 'device', 'theme', 'tz']

interface CookieJar {
  has(name: string): boolean
}

const hasOwn = (jar: CookieJar, appOrigin: string) => ownCookies.some((name) => jar.has(cookieNameOn(appOrigin, name)))

/** For middleware: a page whose form begins a session gives a browser something to bring back with it. */
export function offerCheckCookie(
  { nextUrl, cookies }: NextRequest,
  answer: NextResponse,
  appOrigin: string,
): NextResponse {
  if (pages.includes(nextUrl.pathname) && !hasOwn(cookies, appOrigin)) {
    const secure = appOrigin.startsWith('https:')
    answer.cookies.set(cookieNameOn(appOrigin, checkCookie), '1', {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure,
    })
  }
  return answer
}

/**
 * For actions that begin a session, before they do: whether a script posted the form for a browser that keeps no cookies. It
 * would show the next page from the answer, with a session that the browser does not have.
 */
export async function isScriptWithoutCookies(): Promise<boolean> {
  return (await headers()).has('next-action') && !(await cookiesCameBack())
}

/** For the same, afterwards: where to go. Without cookies past the log-in page, which goes on if there is a session. */
export async function afterLogIn(path: string): Promise<string> {
  return (await cookiesCameBack()) ? path : withoutCookiesPath(path)
}

/** As the request brought them: the jar of an action holds those that it has set as well. */
async function cookiesCameBack(): Promise<boolean> {
  const { appOrigin } = (await services()).settings
  const sent = ((await headers()).get('cookie') ?? '').split(';').map((pair) => pair.split('=', 1)[0]?.trim() ?? '')
  return hasOwn(new Set(sent), appOrigin)
}

function withoutCookiesPath(path: string): string {
  const url = logInPath(path)
  return `${url}${url.includes('?') ? '&' : '?'}cookies=off`
}
