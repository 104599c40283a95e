// Lets a request pass middleware, with the content policy for its page.
import { type NextRequest, NextResponse } from 'next/server'
import { newNonce } from '#lib/core/crypto/random.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import type { Services } from '#lib/services.ts'
import { isForNextAlone, pagePolicy, transportHeaders } from './security-headers.ts'

/** Our server has set the policy already (lib/server/answers.ts); other servers have not. */
export function nextResponse(request: NextRequest, { settings: { appOrigin } }: Services): NextResponse {
  if (currentRequest() !== null) return NextResponse.next()
  const policy = { 'content-security-policy': pagePolicy({ nonce: newNonce(), appOrigin }) }
  const asked = [...request.headers].filter(([name]) => !isForNextAlone(name))
  return NextResponse.next({
    request: { headers: new Headers([...asked, ...Object.entries(policy)]) },
    headers: { ...policy, ...transportHeaders(appOrigin) },
  })
}
