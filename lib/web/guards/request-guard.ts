// Checks posted requests before any page. Next answers 500 to some of them.
import type { NextRequest } from 'next/server'
import type { Services } from '#lib/services.ts'
import { isOwnActionCall } from '../forms/action-call.ts'
import { findBodyError, uploadPath } from '../forms/body-limit.ts'
import { parseMultipart } from '../forms/multipart.ts'
import { waitForTurn } from '../forms/request-queue.ts'
import type { RefusalCode } from '../responses/refusal.ts'
import { findOriginError } from './request-checks.ts'

/**
 * The route handlers of the app, which take no forms. Every other path, even an unknown one, is checked like a page:
 * Next would run a server action there. A test compares the list with the folder `app`.
 */
export const handlerPaths: readonly string[] = [
  '/logout',
  '/api/session',
  '/api/session/activity',
  '/api/password-strength',
  '/api/username',
  '/api/passkeys/automatic',
  '/api/passkeys/options',
  '/api/picture/[id]',
  uploadPath,
  '/security/export',
  '/admin/users/export',
  '/admin/audit/export',
]

/** The reason to reject the request, or null. Forms check their origin again. */
export async function findRequestError(request: NextRequest, app: Services): Promise<RefusalCode | null> {
  const { method, headers, nextUrl } = request
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return null
  const originError = findOriginError(headers, app.settings.appOrigin)
  if (originError !== null) return originError
  const bodyError = findBodyError({
    path: nextUrl.pathname,
    transferEncoding: headers.get('transfer-encoding'),
    contentLength: headers.get('content-length'),
  })
  if (bodyError !== null) return bodyError
  if (handlerPaths.includes(nextUrl.pathname)) return null
  const formError = await findFormError(request)
  if (formError !== null) return formError
  return (await waitForTurn(request.cookies, app)) ? null : 'busy'
}

/** Accepts this site's own forms, posted by the browser or React's client. */
async function findFormError(request: NextRequest): Promise<RefusalCode | null> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) return 'unsupported'
  const form = await parseMultipart(type, await request.clone().arrayBuffer())
  if (!form.ok) return form.code
  const byScript = request.headers.has('next-action')
  return isOwnActionCall(form.value, { byScript }) ? null : 'bad_request'
}
