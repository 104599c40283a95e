// What a posted request must be before any page sees it. Next answers some of these with a 500 by itself.
import type { NextRequest } from 'next/server'
import type { Services } from '#lib/services.ts'
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

/** Pages take forms as React posts them: multipart, or an action's own encoding as text. */
async function findFormFault(request: NextRequest): Promise<RefusalCode | null> {
  const type = request.headers.get('content-type') ?? ''
  if (type.startsWith('text/plain') && request.headers.has('next-action')) return null
  if (!type.startsWith('multipart/form-data')) return 'unsupported'
  try {
    await request.clone().formData()
    return null
  } catch {
    return 'bad_request'
  }
}
