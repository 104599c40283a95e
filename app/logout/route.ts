import { type NextRequest, NextResponse } from 'next/server'
import { execute } from '#lib/core/command.ts'
import { momentOnly } from '#lib/core/mail/message.ts'
import { orNotSaved } from '#lib/core/not-saved.ts'
import { logOut } from '#lib/features/log-in/commands.ts'
import { type Services, services } from '#lib/services.ts'
import { readClientAddress } from '#lib/web/client-address.ts'
import { handedOverCookieOptions, handedOverCookies } from '#lib/web/cookies/one-time-links.ts'
import { sessionCookieName, sessionCookieOptions } from '#lib/web/cookies/session-cookie.ts'
import { readToken } from '#lib/web/guards/current-session.ts'
import { findOriginError } from '#lib/web/guards/request-checks.ts'
import { refusal } from '#lib/web/responses/refusal.ts'

/** A route handler, not an action: only a full response can carry Clear-Site-Data and leave no private page behind. */
export async function POST(request: NextRequest): Promise<Response> {
  const app = await services()
  const { appOrigin } = app.settings
  const error = findOriginError(request.headers, appOrigin)
  if (error !== null) return refusal(error, request.headers)

  const isRecorded = await endSession(request, app)
  // Clear the browser even if the store fails: a user who leaves a shared computer must not have to come back.
  const answer = isRecorded
    ? new Response(null, { status: 303, headers: { location: '/login?reason=signed-out' } })
    : refusal('log_out_unrecorded', request.headers)
  const response = new NextResponse(answer.body, answer)
  response.headers.set('cache-control', 'no-store')
  response.headers.set('clear-site-data', '"cache", "storage"')
  response.cookies.set(sessionCookieName(appOrigin), '', { ...sessionCookieOptions(appOrigin), maxAge: 0 })
  // A handed-over link gives access to an account.
  for (const name of handedOverCookies(appOrigin)) {
    if (!request.cookies.has(name)) continue
    response.cookies.set(name, '', { ...handedOverCookieOptions(appOrigin), maxAge: 0 })
  }
  return response
}

/** False when the store could not record the end; it keeps trying (SessionStore.end). */
async function endSession(request: NextRequest, app: Services): Promise<boolean> {
  const { token: presented } = await readToken(request.cookies, app)
  const by = { ...momentOnly(app.clock()), address: readClientAddress(request.headers, app.settings) }
  const visitor = { id: '', role: null, session: null, isImpersonating: false, by, presented }
  const ended = await orNotSaved(execute(logOut, visitor, {}, app))
  return ended.ok
}
