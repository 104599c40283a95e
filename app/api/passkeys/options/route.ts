import { z } from 'zod'
import { usernameSchema } from '#lib/auth/forms.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { refused } from '#lib/core/result.ts'
import { ceremonies } from '#lib/features/passkeys/ceremonies.ts'
import type { Asked } from '#lib/features/passkeys/passkeys.ts'
import { services } from '#lib/services.ts'
import { readClientAddress } from '#lib/web/client-address.ts'
import { holdPasskeyChallenge, readHeld } from '#lib/web/cookies/held.ts'
import { findSignedIn, may } from '#lib/web/guards/current-user.ts'
import { isSameOrigin } from '#lib/web/guards/request-checks.ts'
import { getWords } from '#lib/web/words.ts'
import { messageFor } from '#lib/words/message-for.ts'

const headers = { 'cache-control': 'no-store' }

/** A username is 32 characters; each may be escaped. */
const maxQuestionBytes = 1_000

const question = z.strictObject({ ceremony: z.enum(ceremonies), username: z.string().optional() })
type Question = z.infer<typeof question>

/**
 * What the browser's passkey function takes, and the challenge in a cookie. Answers the same for every visitor and
 * username, and writes nothing. A refusal has a sentence and status 200, since browsers log error statuses.
 */
export async function POST(request: Request): Promise<Response> {
  const app = await services()
  const { settings, rateLimits, passkeys } = app
  if (!isSameOrigin(request.headers, settings.appOrigin)) return new Response(null, { status: 403, headers })
  if (Number(request.headers.get('content-length') ?? 0) > maxQuestionBytes) {
    return new Response(null, { status: 413, headers })
  }
  const waitMs = await rateLimits.take('passkey-question', countedAddress(readClientAddress(request.headers, settings)))
  if (waitMs > 0) {
    const retryAfter = String(Math.ceil(waitMs / 1000))
    return new Response(null, { status: 429, headers: { ...headers, 'retry-after': retryAfter } })
  }
  const parsed = question.safeParse(await request.json().catch(() => null))
  if (!parsed.success) return new Response(null, { status: 400, headers })
  const asked = await whatIsAsked(parsed.data)
  if ('code' in asked) {
    const { code } = asked
    return Response.json({ code, message: messageFor(await getWords(), { code }).text }, { headers })
  }
  const { options, sealed } = await passkeys.ask(asked)
  await holdPasskeyChallenge(sealed)
  return Response.json({ options }, { headers })
}

async function whatIsAsked({ ceremony, username }: Question): Promise<Asked | { code: string }> {
  const { logInSteps, sessions } = await services()
  if (ceremony === 'log-in') return { ceremony }
  if (ceremony === 'sign-up') {
    // Whether it is taken is told by the form, within the limits of sign-ups.
    const { data } = usernameSchema.safeParse({ username })
    return data === undefined ? refused('username_rule') : { ceremony, username: data.username }
  }
  if (ceremony === 'second-factor') {
    const { logInStep } = await readHeld()
    const user = logInStep === '' ? null : await logInSteps.open(logInStep)
    return user === null ? refused('step_over') : { ceremony, user }
  }
  const signedIn = await findSignedIn()
  if (signedIn === null) return refused('session_over')
  if (!may(signedIn, 'manage-own-account')) return refused('not_allowed')
  const { user, session } = signedIn
  if (ceremony !== 'confirm' && !sessions.hasRecentAuthentication(session)) return refused('reauthentication_required')
  return { ceremony, user, sessionId: session.id }
}
