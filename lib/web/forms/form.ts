// Reads a posted form: origin check, schema, and the state to send back on a refusal.
import 'server-only'
import { revalidatePath } from 'next/cache'
import { headers } from 'next/headers'
import { z } from 'zod'
import { neededScore } from '#lib/auth/passwords/password-rules.ts'
import { advisoryPatience } from '#lib/auth/passwords/password-strength.ts'
import { canonicalUsername } from '#lib/auth/username.ts'
import { emailSchema } from '#lib/core/email-address.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import { services } from '#lib/services.ts'
import { messageFor, type Refusal } from '#lib/words/message-for.ts'
import { errorSentence, isErrorCode } from '#lib/words/sentences.ts'
import type { Words } from '#lib/words/words.ts'
import { readClientAddress } from '../client-address.ts'
import { readDeviceOwner } from '../cookies/known-device.ts'
import { isShownSecret, type MailedPath } from '../cookies/mailed-secret.ts'
import { findOriginError } from '../guards/request-checks.ts'
import { getWords } from '../words.ts'
import { formTag, formTokenField, isFrameworkField, isSecretField, shownSecretField } from './form-fields.ts'
import type { FormState } from './form-state.ts'
import { isFormTokenOf, type LogIn } from './form-token.ts'

/** Several times the longest field. Longer text is not sent back either: the next post would contain it twice. */
const maxTextLength = 10_000

export type ReadForm<Value> =
  | { ok: false; state: FormState }
  | {
      ok: true
      value: Value
      /** As posted, before the schema: a command parses its input itself. */
      texts: Record<string, string>
      /** Returns a state with the typed values and the message, beside its field if the form has it. */
      refuse(refusal: Refusal): FormState
    }

/**
 * Checks that a page of this site posted the form, that it was rendered for this log-in, that it has exactly the
 * schema's fields, each once and as text (optional ones may be missing), and then the schema. On refusal `state` has
 * the sentences.
 *
 * An issue's message is an error code of the message catalogue, and its params are the numbers.
 */
export async function readForm<Schema extends z.ZodObject>(
  posted: unknown,
  schema: Schema,
  logIn: LogIn,
): Promise<ReadForm<z.output<Schema>>> {
  return read(posted, schema, logIn)
}

/**
 * For forms that anyone may post: without a log-in to check. A form behind a mailed link must belong to the link that
 * its page showed.
 */
export async function readVisitorForm<Schema extends z.ZodObject>(
  posted: unknown,
  schema: Schema,
  mailed: MailedPath | null = null,
): Promise<ReadForm<z.output<Schema>>> {
  return read(posted, schema, null, mailed)
}

async function read<Schema extends z.ZodObject>(
  posted: unknown,
  schema: Schema,
  logIn: LogIn | null,
  mailed: MailedPath | null = null,
): Promise<ReadForm<z.output<Schema>>> {
  // Clients can call an action with anything instead of a form.
  const form = posted instanceof FormData ? posted : new FormData()
  const words = await getWords()
  const names = Object.keys(schema.shape)

  const values: FormState['values'] = {}
  for (const name of names) {
    const first = form.get(name)
    if (typeof first === 'string' && first.length <= maxTextLength && !isSecretField(name)) values[name] = first
  }
  const stateWith = (problem: Partial<FormState>): FormState => ({ values, errors: {}, alert: null, ...problem })
  const refuse = (refusal: Refusal): FormState => {
    const { text, field, status } = messageFor(words, refusal)
    const request = currentRequest()
    // With Retry-After (RFC 9110, 10.2.3).
    if (status !== null && request !== null) {
      request.refusal = { status, retryAfterSeconds: Math.ceil((refusal.waitMs ?? 0) / 1000) }
    }
    return stateWith(field !== null && names.includes(field) ? { errors: { [field]: text } } : { alert: text })
  }
  const refusal = await findFormRefusal(form, logIn)
  if (refusal !== null) return { ok: false, state: refuse(refusal) }
  if (mailed !== null && !(await isShownSecret(mailed, onlyValue(form, shownSecretField)))) {
    // Render the page again, for the present link.
    revalidatePath(mailed)
    return { ok: false, state: refuse({ code: 'link_changed' }) }
  }
  const own = [...names, formTag, formTokenField, ...(mailed === null ? [] : [shownSecretField])]
  const isUnknown = (name: string) => !own.includes(name) && !isFrameworkField(name)
  if ([...form.keys()].some(isUnknown)) {
    await note('field_unknown')
    return { ok: false, state: refuse({ code: 'field_unknown' }) }
  }

  const asked = names.filter((name) => form.has(name) || !isOptional(schema, name))
  const fields = Object.fromEntries(asked.map((name) => [name, form.getAll(name)]))
  const texts = z.record(z.string(), onceAsText).safeParse(fields)
  if (!texts.success) {
    // The user cannot cause or fix this with the form, which may even hide the field.
    const code = texts.error.issues[0]?.message ?? 'field_missing'
    await note(code)
    return { ok: false, state: refuse({ code }) }
  }
  const parsed = schema.safeParse(texts.data)
  if (!parsed.success) {
    // The schema has no sentence for what no form of this site can send.
    if (parsed.error.issues.some(({ message }) => !isErrorCode(message))) {
      await note('field_wrong')
      return { ok: false, state: refuse({ code: 'field_wrong' }) }
    }
    const errors = sentences(parsed.error, words)
    const password = errors.password === undefined ? await newPasswordError(texts.data, words) : null
    return { ok: false, state: stateWith({ errors: password === null ? errors : { ...errors, password } }) }
  }
  return { ok: true, value: parsed.data, texts: texts.data, refuse }
}

/**
 * What every form has to pass: it comes from a page of this site, was rendered for this log-in, and is within the budget.
 * Successful requests cost budget too.
 */
export async function findFormRefusal(form: FormData, logIn: LogIn | null): Promise<Refusal | null> {
  const { settings, sessionSecrets } = await services()
  const originError = findOriginError(await headers(), settings.appOrigin)
  if (originError !== null) {
    await note(originError)
    return { code: originError }
  }
  if (logIn !== null && !isTiedTo(logIn, form, sessionSecrets)) {
    // Render the page again, with a form for the present log-in.
    revalidatePath('/', 'layout')
    return { code: 'form_stale' }
  }
  const waitMs = await waitForForm(logIn)
  return waitMs > 0 ? { code: 'form_too_often', waitMs } : null
}

/** Forms of this site cannot cause these refusals, so they are recorded. */
async function note(code: string): Promise<void> {
  const { securityEvents } = await services()
  securityEvents.note({ event: 'form.refused', code })
}

/** Milliseconds to wait, or 0. */
async function waitForForm(logIn: LogIn | null): Promise<number> {
  const { rateLimits, settings } = await services()
  // Per log-in: an attacker's session must not use up the budget that the owner needs to end it.
  if (logIn !== null) return rateLimits.take('form', `${logIn.userId} ${logIn.startedAt}`)
  // Known browsers have a second budget. A stranger on the owner's network can use up the one by address; someone who
  // once knew the password, and so has a known browser, can use up the one by browser. Neither alone keeps the owner
  // out.
  const known = await readDeviceOwner()
  if (known !== null && (await rateLimits.take('visitor-form', `browser ${known}`)) === 0) return 0
  return rateLimits.take('visitor-form', countedAddress(readClientAddress(await headers(), settings)))
}

function isTiedTo(logIn: LogIn, form: FormData, secrets: readonly string[]): boolean {
  return isFormTokenOf(logIn, onlyValue(form, formTokenField), secrets)
}

/** Undefined unless the field is present exactly once. */
function onlyValue(form: FormData, name: string): unknown {
  const values = form.getAll(name)
  return values.length === 1 ? values[0] : undefined
}

/**
 * Commands rate a new password, after their form is valid. When another field is wrong, it is rated here, so that people
 * learn of everything at once. Only advice, so it has the budget and the patience of the strength meter.
 */
async function newPasswordError(
  { username = '', email, password, confirmPassword }: Record<string, string>,
  words: Words,
): Promise<string | null> {
  if (password === undefined || confirmPassword === undefined) return null
  const { strength, rateLimits, settings } = await services()
  const address = countedAddress(readClientAddress(await headers(), settings))
  if ((await rateLimits.take('strength-question', address)) > 0) return null
  const owner = { username: canonicalUsername(username) ?? '', email: emailSchema.safeParse(email).data ?? null }
  const estimate = await strength.estimate(password, owner, { patience: advisoryPatience }).catch(() => null)
  if (!estimate?.ok || estimate.value.score >= neededScore) return null
  return messageFor(words, { code: 'password_guessable', advice: estimate.value.advice }).text
}

/** The first sentence of each field. */
function sentences(error: z.ZodError, words: Words): FormState['errors'] {
  const errors: FormState['errors'] = {}
  for (const issue of error.issues) {
    const params = issue.code === 'custom' ? issue.params : undefined
    errors[String(issue.path[0])] ??= errorSentence(words, issue.message, params)
  }
  return errors
}

function isOptional(schema: z.ZodObject, name: string): boolean {
  return schema.shape[name]?._zod.optin === 'optional'
}

/** Converts all values posted under one name into one text. */
const onceAsText = z.array(z.unknown()).transform((posted, ctx) => {
  const error = textError(posted)
  if (error === null) return String(posted[0])
  ctx.addIssue({ code: 'custom', message: error })
  return z.NEVER
})

function textError(posted: unknown[]): string | null {
  const [text] = posted
  if (posted.length === 0) return 'field_missing'
  if (posted.length > 1) return 'field_repeated'
  if (typeof text !== 'string') return 'field_not_text'
  return text.length > maxTextLength ? 'too_large' : null
}
