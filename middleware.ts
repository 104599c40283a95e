// Checks the session cookie of each request and redirects to the log-in page. This is a convenience, not the guard:
// every page, action and handler checks again (lib/web/guards/current-user.ts).
import { type NextRequest, NextResponse } from 'next/server'
import { logError } from '#lib/core/log/log.ts'
import { type Services, services } from '#lib/services.ts'
import { offerCheckCookie } from '#lib/web/cookies/cookie-check.ts'
import { renewDeviceCookie } from '#lib/web/cookies/device-renewal.ts'
import { redirectHeaders, withoutMailedSecret } from '#lib/web/cookies/mailed-secret.ts'
import { keepFormDraft } from '#lib/web/forms/form-draft.ts'
import { readSession } from '#lib/web/guards/current-session.ts'
import { logInPath } from '#lib/web/guards/next-path.ts'
import { isPublicRoute } from '#lib/web/guards/public-routes.ts'
import { isPersonsAct } from '#lib/web/guards/request-checks.ts'
import { findRequestError } from '#lib/web/guards/request-guard.ts'
import { nextResponse } from '#lib/web/responses/next-response.ts'
import { refusal } from '#lib/web/responses/refusal.ts'
import { wellKnown } from '#lib/web/responses/well-known.ts'

export async function middleware(request: NextRequest): Promise<Response> {
  let app: Services | undefined
  try {
    app = await services()
    const answer = await decide(request, app)
    renewDeviceCookie(request, answer, app)
    return answer
  } catch (error) {
    // Without a decision, nobody gets in.
    logError('gate_failed', error)
    app?.securityEvents.note({ event: 'request.refused', code: 'unavailable' })
    return refusal('unavailable', request.headers, request.method)
  }
}

async function decide(request: NextRequest, app: Services): Promise<Response> {
  const { method, headers, nextUrl } = request
  const fault = await findRequestError(request, app)
  if (fault !== null) {
    app.securityEvents.note({ event: 'request.refused', code: fault })
    return refusal(fault, headers)
  }
  const moved = withoutMailedSecret(request, app.settings.appOrigin)
  if (moved !== null) return moved
  const known = wellKnown(request, app)
  if (known !== null) return known
  if (isPublicRoute(nextUrl.pathname)) {
    // Only for its errors: a page cannot answer 503 when the store is unavailable, but middleware can.
    if (method !== 'POST') await readSession(request.cookies, app, { touch: false })
    return offerCheckCookie(request, nextResponse(request, app), app.settings.appOrigin)
  }

  const session = await readSession(request.cookies, app, { touch: isPersonsAct(method, headers) })
  // A scripted action redirects by itself: only it can tell React's router where to go.
  if (session.live || (method === 'POST' && headers.has('next-action'))) return nextResponse(request, app)

  if (method === 'POST' && session.reason !== null) await keepFormDraft(request, app)
  nextUrl.searchParams.delete('_rsc')
  const logIn = new URL(logInPath(nextUrl.pathname + nextUrl.search, session.reason), nextUrl.origin)
  return NextResponse.redirect(logIn, { status: 303, headers: redirectHeaders })
}

// Static files contain nothing private. Like the two health checks, they must work when nothing else does.
export const config = {
  runtime: 'nodejs',
  matcher: [
    '/((?!_next/static/|icon\\.svg$|favicon\\.ico$|apple-touch-icon\\.png$|robots\\.txt$|refusal\\.css$|healthz$|readyz$).*)',
  ],
}
