import { z } from 'zod'
import { usernameSchema } from '#lib/auth/forms.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from '#lib/web/client-address.ts'
import { isSameOrigin } from '#lib/web/guards/request-checks.ts'
import { getWords } from '#lib/web/words.ts'

const headers = { 'cache-control': 'no-store' }

/** A username is 32 characters; each may be escaped. */
const maxQuestionBytes = 1_000

const question = z.strictObject({ username: z.string() })

/**
 * Whether a username is free, while it is typed. A sign-up tells it too, so the question has the same rate limit, and no
 * site whose sign-up is not open answers it.
 */
export async function POST(request: Request): Promise<Response> {
  const { settings, accounts, rateLimits } = await services()
  if (settings.signUp !== 'open') return new Response(null, { status: 404, headers })
  if (!isSameOrigin(request.headers, settings.appOrigin)) return new Response(null, { status: 403, headers })
  if (Number(request.headers.get('content-length') ?? 0) > maxQuestionBytes) {
    return new Response(null, { status: 413, headers })
  }
  const asked = question.safeParse(await request.json().catch(() => null))
  if (!asked.success) return new Response(null, { status: 400, headers })
  // Half of a name is no error yet. The form has the rule.
  const { data } = usernameSchema.safeParse(asked.data)
  if (data === undefined) return new Response(null, { status: 204, headers })
  const network = countedAddress(readClientAddress(request.headers, settings))
  // Not an error status: browsers would log it, and the form works without an answer.
  if ((await rateLimits.take('username-question', network)) > 0) return new Response(null, { status: 204, headers })
  const { username } = data
  const isFree = await accounts.isUsernameFree(username)
  const words = await getWords()
  const text = isFree ? words('signup.username_free', { username }) : words('errors.username_taken')
  return Response.json({ isFree, text }, { headers })
}
