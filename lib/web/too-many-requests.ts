// What is asked too often is answered with 429 (RFC 6585, 4), Retry-After (RFC 9110, 10.2.3) and the time in words.
import 'server-only'
import { currentRequest } from '#lib/request-context.ts'
import { waitTime } from '#lib/words/time.ts'
import { getWords } from './words.ts'

/** For actions, whose page shows the sentence that this returns. */
export async function tooManyRequests(
  code:
    | 'too_soon'
    | 'too_soon_here'
    | 'sign_up_too_often'
    | 'ask_too_often'
    | 'reset_mail_too_often'
    | 'password_change_too_often'
    | 'form_too_often',
  waitMs: number,
): Promise<string> {
  const request = currentRequest()
  if (request !== null) request.refusal = { status: 429, retryAfterSeconds: Math.ceil(waitMs / 1000) }
  const words = await getWords()
  return words(`errors.${code}`, { wait: waitTime(words, waitMs) })
}
