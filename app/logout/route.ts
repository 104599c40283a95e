import { type NextRequest, NextResponse } from 'next/server'
import { services } from '#lib/services.ts'
import { readSession } from '#lib/web/current-session.ts'
import { refusal } from '#lib/web/refusal.ts'
import { isSameOrigin } from '#lib/web/request-checks.ts'
import { sessionCookieName, sessionCookieOptions } from '#lib/web/session-cookie.ts'

/** A route handler, not an action: only a full answer can carry Clear-Site-Data and leave no private page behind. */
export async function POST(request: NextRequest): Promise<Response> {
  const app = await services()
  const { appOrigin } = app.settings
  if (!isSameOrigin(request.headers, appOrigin)) return refusal('wrong_origin', request.headers)

  const current = await readSession(request.cookies, app, { touch: false })
  if (current.live) await app.sessions.end(current.token, 'signed-out')
  const headers = {
    location: '/login?reason=signed-out',
    'cache-control': 'no-store',
    'clear-site-data': '"cache", "storage"',
  }
  const response = new NextResponse(null, { status: 303, headers })
  response.cookies.set(sessionCookieName(appOrigin), '', { ...sessionCookieOptions(appOrigin), maxAge: 0 })
  return response
}
