// What a posted request must be before any page sees it. Next answers some of these with a 500 by itself.
import type { NextRequest } from 'next/server'
import type { Services } from '#lib/services.ts'
import { isOwnActionCall } from './action-call.ts'
import { findBodyError } from './body-limit.ts'
import { parseMultipart } from './multipart.ts'
import type { RefusalCode } from './refusal.ts'
import { findOriginFault } from './request-checks.ts'
import { waitForTurn } from './turns.ts'

/**
 * The route handlers of the app, which take no forms. Every other path, also one that does not exist, is checked like a page: Next
 * would run a server action there. A test compares the list with the folder `app`.
 */
export const handlerPaths: readonly string[] = [
  '/logout',
  '/api/session',
  '/api/session/activity',
  '/api/password-strength',
  '/security/export',
  '/admin/audit/export',
]

/** Why the request is not taken, or null. Forms check their origin again by themselves. */
export async function findRequestFault(request: NextRequest, app: Services): Promise<RefusalCode | null> {
  const { method, headers, nextUrl } = request
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return null
  const originFault = findOriginFault(headers, app.settings.appOrigin)
  if (originFault !== null) return originFault
  const bodyFault = findBodyError({
    transferEncoding: headers.get('transfer-encoding'),
    contentLength: headers.get('content-length'),
  })
  if (bodyFault !== null) return bodyFault
  if (handlerPaths.includes(nextUrl.pathname)) return null
  const formFault = await findFormFault(request)
  if (formFault !== null) return formFault
  return (await waitForTurn(request.cookies, app)) ? null : 'busy'
}

/** Pages take this site's own forms, as the browser or React's client posts them. */
async function findFormFault(request: NextRequest): Promise<RefusalCode | null> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) return 'unsupported'
  const form = await parseMultipart(type, await request.clone().arrayBuffer())
  if (!form.ok) return form.code
  const byScript = request.headers.has('next-action')
  return isOwnActionCall(form.value, { byScript }) ? null : 'bad_request'
}
