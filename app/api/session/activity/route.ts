import type { NextRequest } from 'next/server'
import { services } from '#lib/services.ts'
import { readSession } from '#lib/web/guards/current-session.ts'
import { isSameOrigin } from '#lib/web/guards/request-checks.ts'

const headers = { 'cache-control': 'no-store' }

/** Extends the idle window after activity in a page. */
export async function POST(request: NextRequest): Promise<Response> {
  const app = await services()
  const { appOrigin } = app.settings
  if (!isSameOrigin(request.headers, appOrigin)) return new Response(null, { status: 403, headers })
  const found = await readSession(request.cookies, app, { touch: false })
  // A void session, such as a suspended user's, is not extended.
  const isOwned = found.live && (await app.accounts.findOwner(found.session)).ok
  if (!isOwned) return new Response(null, { status: 401, headers })
  const slid = await readSession(request.cookies, app, { touch: true })
  return new Response(null, { status: slid.live ? 204 : 401, headers })
}
