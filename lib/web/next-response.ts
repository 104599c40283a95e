// Middleware's “go on” to a page or handler, with the policy that the page gets.
import { type NextRequest, NextResponse } from 'next/server'
import { newNonce } from '#lib/core/crypto/random.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import type { Services } from '#lib/services.ts'
import { isForNextAlone, pagePolicy, transportHeaders } from './security-headers.ts'

/** Our own server has given the request its policy already (lib/server/answers.ts); a host without it has not. */
export function nextResponse(request: NextRequest, { settings: { appOrigin } }: Services): NextResponse {
  if (currentRequest() !== null) return NextResponse.next()
  const policy = { 'content-security-policy': pagePolicy({ nonce: newNonce(), appOrigin }) }
  const asked = [...request.headers].filter(([name]) => !isForNextAlone(name))
  return NextResponse.next({
    request: { headers: new Headers([...asked, ...Object.entries(policy)]) },
    headers: { ...policy, ...transportHeaders(appOrigin) },
  })
}
