// Checks the session cookie of each request and redirects to the log-in page. This is a convenience, not the guard:
// every page, action and handler checks again (lib/web/current-user.ts).
import { type NextRequest, NextResponse } from 'next/server'
import { logError } from '#lib/core/log/log.ts'
import { type Services, services } from '#lib/services.ts'
import { offerCheckCookie } from '#lib/web/cookie-check.ts'
import { readSession } from '#lib/web/current-session.ts'
import { renewDeviceCookie } from '#lib/web/device-renewal.ts'
import { keepFormDraft } from '#lib/web/form-draft.ts'
import { redirectHeaders, withoutMailedSecret } from '#lib/web/mailed-secret.ts'
import { logInPath } from '#lib/web/next-path.ts'
import { nextResponse } from '#lib/web/next-response.ts'
import { isPublicRoute } from '#lib/web/public-routes.ts'
import { refusal } from '#lib/web/refusal.ts'
import { isPersonsAct } from '#lib/web/request-checks.ts'
import { findRequestError } from '#lib/web/request-guard.ts'
import { wellKnown } from '#lib/web/well-known.ts'

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
    return refusal('unavailable', request.headers)
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
  const known = wellKnown(request)
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
export const config = { runtime: 'nodejs', matcher: ['/((?!_next/static/|icon\\.svg$|healthz$|readyz$).*)'] }
