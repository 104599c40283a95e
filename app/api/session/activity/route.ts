import type { NextRequest } from 'next/server'
import { services } from '#lib/services.ts'
import { readSession } from '#lib/web/current-session.ts'
import { isSameOrigin } from '#lib/web/request-checks.ts'
import { sessionCookieName } from '#lib/web/session-cookie.ts'

const headers = { 'cache-control': 'no-store' }

/** A person did something in the page: the window slides. */
export async function POST(request: NextRequest): Promise<Response> {
  const app = await services()
  const { appOrigin } = app.settings
  if (!isSameOrigin(request.headers, appOrigin)) return new Response(null, { status: 403, headers })
  const seal = request.cookies.get(sessionCookieName(appOrigin))?.value
  const current = await readSession(seal, app, { touch: true })
  return new Response(null, { status: current.live ? 204 : 401, headers })
}
