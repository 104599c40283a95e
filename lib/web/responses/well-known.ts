// Well-known URLs (RFC 8615). Password managers first request one that does not exist: if that gets a page, such as the
// log-in page, they ignore all answers.
import { type NextRequest, NextResponse } from 'next/server'
import { redirectHeaders } from '../cookies/mailed-secret.ts'
import { refusal } from './refusal.ts'

/** W3C, “A Well-Known URL for Changing Passwords”. Logged-out users go through the log-in page. */
const places: Readonly<Record<string, string>> = { '/.well-known/change-password': '/security/password' }

/** Null for every other path. */
export function wellKnown({ nextUrl, headers }: NextRequest): Response | null {
  const { pathname, origin } = nextUrl
  if (!/^\/\.well-known(\/|$)/.test(pathname)) return null
  const place = Object.hasOwn(places, pathname) ? places[pathname] : undefined
  if (place === undefined) return refusal('not_found', headers)
  return NextResponse.redirect(new URL(place, origin), { status: 303, headers: redirectHeaders })
}
