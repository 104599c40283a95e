import { z } from 'zod'
import { neededScore } from '#lib/auth/passwords/password-rules.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from '#lib/web/client-address.ts'
import { isSameOrigin } from '#lib/web/request-checks.ts'
import { getWords } from '#lib/web/words.ts'
import { adviceSentence } from '#lib/words/sentences.ts'

const headers = { 'cache-control': 'no-store' }
/** A meter is a courtesy: it must not fill the queue that sign-ups wait in. */
const patience = 2

/** Of the longest question, each character written as an escape of six. */
const maxQuestionBytes = 10_000

/** `email` where the form has one. */
const question = z.strictObject({
  password: z.string().max(1000),
  username: z.string().max(100),
  email: z.string().max(254).optional(),
})

/**
 * How guessable a password being typed is. Asked of the server because the word lists are a megabyte: no browser
 * loads them. Nothing is kept or logged.
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
  const estimate = await strength.estimate(password, { username, email }, { patience })
  // Not a refusal: browsers report those as errors, and a meter that says nothing is none.
  if (!estimate.ok) return new Response(null, { status: 204, headers })
  const { score } = estimate.value
  // What is good enough needs no advice, which would be the general one.
  const advice = score < neededScore ? adviceSentence(await getWords(), estimate.value.advice) : null
  return Response.json({ score, advice }, { headers })
}
