// Well-known URLs (RFC 8615). Password managers first request one that does not exist: if that gets a page, such as the
// log-in page, they ignore all answers.
import { type NextRequest, NextResponse } from 'next/server'
import type { Settings } from '#lib/config.ts'
import { type Clock, days } from '#lib/core/clock.ts'
import { redirectHeaders } from '../cookies/mailed-secret.ts'
import { refusal } from './refusal.ts'

type Site = { settings: Pick<Settings, 'appOrigin' | 'smtpUrl' | 'mailFrom'>; clock: Clock }

/** Null for every other path. */
export function wellKnown({ nextUrl, headers }: NextRequest, site: Site): Response | null {
  const { pathname, origin } = nextUrl
  if (!/^\/\.well-known(\/|$)/.test(pathname)) return null
  // W3C, “A Well-Known URL for Changing Passwords”. Logged-out users go through the log-in page.
  if (pathname === '/.well-known/change-password') {
    return NextResponse.redirect(new URL('/security/password', origin), { status: 303, headers: redirectHeaders })
  }
  const contact = pathname === '/.well-known/security.txt' ? securityContact(site) : null
  return contact === null ? refusal('not_found', headers) : new NextResponse(contact, { headers: plainText })
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' }
/** RFC 9116, 2.5.5, recommends less than a year. */
const contactLifeMs = days(180)

/** Where to report a vulnerability: RFC 9116. Without a mail server, nobody reads the sender's address. */
function securityContact({ settings: { appOrigin, smtpUrl, mailFrom }, clock }: Site): string | null {
  if (smtpUrl === null) return null
  const fields = [
    `Contact: mailto:${mailFrom.address}`,
    `Expires: ${new Date(clock() + contactLifeMs).toISOString()}`,
    `Canonical: ${appOrigin}/.well-known/security.txt`,
    'Preferred-Languages: en',
  ]
  return `${fields.join('\n')}\n`
}
