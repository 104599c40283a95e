// What a posted request must be before any page sees it. Next answers some of these with a 500 by itself.
import type { NextRequest } from 'next/server'
import type { Services } from '#lib/services.ts'
import { isOwnActionCall } from './action-call.ts'
import type { RefusalCode } from './refusal.ts'
import { isSameOrigin } from './request-checks.ts'

/** Room for the longest form several times over; the server actions' own limit is 1 MB. */
const maxBodyBytes = 512 * 1024

/** Why the request is not taken, or null. Forms check their origin again by themselves. */
export async function findRequestFault(request: NextRequest, app: Services): Promise<RefusalCode | null> {
  const { method, headers, nextUrl } = request
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return null
  if (!isSameOrigin(headers, app.settings.appOrigin)) return 'wrong_origin'
  if (headers.has('transfer-encoding')) return 'length_required'
  if (Number(headers.get('content-length') ?? 0) > maxBodyBytes) return 'too_large'
  if (nextUrl.pathname === '/login' || nextUrl.pathname === '/signup') {
    if (app.passwords.isBusy()) return 'busy'
  }
  return nextUrl.pathname.startsWith('/api/') || nextUrl.pathname === '/logout' ? null : findFormFault(request)
}

/** Pages take this site's own forms, as the browser or React's client posts them. */
async function findFormFault(request: NextRequest): Promise<RefusalCode | null> {
  const { headers } = request
  if (!headers.get('content-type')?.startsWith('multipart/form-data')) return 'unsupported'
  try {
    const form = await request.clone().formData()
    return isOwnActionCall(form, { byScript: headers.has('next-action') }) ? null : 'bad_request'
  } catch {
    return 'bad_request'
  }
}
