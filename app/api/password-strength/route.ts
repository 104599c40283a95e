import { z } from 'zod'
import { neededScore } from '#lib/auth/passwords/password-rules.ts'
import { advisoryPatience } from '#lib/auth/passwords/password-strength.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from '#lib/web/client-address.ts'
import { isSameOrigin } from '#lib/web/guards/request-checks.ts'
import { getWords } from '#lib/web/words.ts'
import { adviceSentence } from '#lib/words/sentences.ts'

const headers = { 'cache-control': 'no-store' }
/** The longest allowed request, with each character escaped in six bytes. */
const maxQuestionBytes = 10_000

/** `email` is present if the form has the field. */
const question = z.strictObject({
  password: z.string().max(1000),
  username: z.string().max(100),
  email: z.string().max(254).optional(),
})

/**
 * Estimates the strength of a password while it is typed. Runs on the server, because the word lists have a megabyte.
 * Stores and logs nothing.
 */
export async function POST(request: Request): Promise<Response> {
  const { settings, strength, rateLimits } = await services()
  if (!isSameOrigin(request.headers, settings.appOrigin)) return new Response(null, { status: 403, headers })
  if (Number(request.headers.get('content-length') ?? 0) > maxQuestionBytes) {
    return new Response(null, { status: 413, headers })
  }
  const waitMs = await rateLimits.take(
    'strength-question',
    countedAddress(readClientAddress(request.headers, settings)),
  )
  if (waitMs > 0) {
    const retryAfter = String(Math.ceil(waitMs / 1000))
    return new Response(null, { status: 429, headers: { ...headers, 'retry-after': retryAfter } })
  }
  const asked = question.safeParse(await request.json().catch(() => null))
  if (!asked.success) return new Response(null, { status: 400, headers })
  const { password, username, email = null } = asked.data
  const estimate = await strength.estimate(password, { username, email }, { patience: advisoryPatience })
  // Not an error status: browsers would log it, and a silent meter is fine.
  if (!estimate.ok) return new Response(null, { status: 204, headers })
  const { score } = estimate.value
  // For a strong password the advice would only be the generic one.
  const advice = score < neededScore ? adviceSentence(await getWords(), estimate.value.advice) : null
  return Response.json({ score, advice }, { headers })
}
