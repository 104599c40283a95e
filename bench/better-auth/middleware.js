// As better-auth recommends: only whether there is a cookie. The page asks whether it is a session's.
import { getSessionCookie } from 'better-auth/cookies'
import { NextResponse } from 'next/server'

export function middleware(request) {
  if (!getSessionCookie(request)) return NextResponse.redirect(new URL('/login', request.url))
}

export const config = { runtime: 'nodejs', matcher: ['/profile'] }
