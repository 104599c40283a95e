// Reading a posted form: the origin check, the schema, and the state to send back when either refuses.
import 'server-only'
import { revalidatePath } from 'next/cache'
import { headers } from 'next/headers'
import { z } from 'zod'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import { services } from '#lib/services.ts'
import { messageFor, type Refusal } from '#lib/words/message-for.ts'
import { errorSentence } from '#lib/words/sentences.ts'
import type { Words } from '#lib/words/words.ts'
import { readClientAddress } from './client-address.ts'
import { formTag, formTokenField, isFrameworkField, isSecretField, shownSecretField } from './form-fields.ts'
import type { FormState } from './form-state.ts'
import { isFormTokenOf, type LogIn } from './form-token.ts'
import { readDeviceOwner } from './known-device.ts'
import { isShownSecret, type MailedPath } from './mailed-secret.ts'
import { findOriginFault } from './request-checks.ts'
import { getWords } from './words.ts'

/** Several times the longest field. Longer text is not sent back either: the next post would carry it twice. */
const maxTextLength = 10_000

export type ReadForm<Value> =
  | { ok: false; state: FormState }
  | {
      ok: true
      value: Value
      /** As posted, before the schema: for a command, which parses its input itself. */
      texts: Record<string, string>
      /** The state that keeps what was typed and shows the message, beside its field where the form has it. */
      refuse(refusal: Refusal): FormState
    }

/**
 * Checks that a page of this site posted the form, that it was rendered for this log-in, then that each field of the schema
 * is there exactly once as text (a field that the schema leaves optional may be absent) and no other field is, then the
 * schema. On refusal `state` holds the sentences.
 *
 * A schema's issues name a code of the catalogue's errors as their message and its numbers as params.
 */
export async function readForm<Schema extends z.ZodObject>(
  posted: unknown,
  schema: Schema,
  logIn: LogIn,
): Promise<ReadForm<z.output<Schema>>> {
  return read(posted, schema, logIn)
}

/**
 * The same for what anyone may post: there is no log-in yet that it could belong to. A form of one of the pages that mailed
 * links lead to belongs to the link that its page showed.
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
  // Anyone can call an action with anything in the place of its form.
  const form = posted instanceof FormData ? posted : new FormData()
  const words = await getWords()
  const { settings, securityEvents, sessionSecrets } = await services()
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
  // None of this a person can bring about with the form as it is.
  const note = (code: string) => securityEvents.note({ event: 'form.refused', code })

  const originFault = findOriginFault(await headers(), settings.appOrigin)
  if (originFault !== null) {
    note(originFault)
    return { ok: false, state: refuse({ code: originFault }) }
  }
  if (logIn !== null && !isTiedTo(logIn, form, sessionSecrets)) {
    // The page that comes back has the form as it is for the present log-in.
    revalidatePath('/', 'layout')
    return { ok: false, state: refuse({ code: 'form_stale' }) }
  }
  const waitMs = await waitForForm(logIn)
  if (waitMs > 0) return { ok: false, state: refuse({ code: 'form_too_often', waitMs }) }
  if (mailed !== null && !(await isShownSecret(mailed, onlyValue(form, shownSecretField)))) {
    // The page that comes back shows what the present link is for.
    revalidatePath(mailed)
    return { ok: false, state: refuse({ code: 'link_changed' }) }
  }
  const own = [...names, formTag, formTokenField, ...(mailed === null ? [] : [shownSecretField])]
  const isUnknown = (name: string) => !own.includes(name) && !isFrameworkField(name)
  if ([...form.keys()].some(isUnknown)) {
    note('field_unknown')
    return { ok: false, state: refuse({ code: 'field_unknown' }) }
  }

  const asked = names.filter((name) => form.has(name) || !isOptional(schema, name))
  const fields = Object.fromEntries(asked.map((name) => [name, form.getAll(name)]))
  const texts = z.record(z.string(), onceAsText).safeParse(fields)
  if (!texts.success) {
    // No person can cause this with the form as it is, nor mend it in one field, which may even be hidden.
    const code = texts.error.issues[0]?.message ?? 'field_missing'
    note(code)
    return { ok: false, state: refuse({ code }) }
  }
  const parsed = schema.safeParse(texts.data)
  if (!parsed.success) return { ok: false, state: stateWith({ errors: sentences(parsed.error, words) }) }
  return { ok: true, value: parsed.data, texts: texts.data, refuse }
}

/** Every form passes here, so none can be forgotten: what succeeds costs budget too. */
async function waitForForm(logIn: LogIn | null): Promise<number> {
  const { rateLimits, settings } = await services()
  // By log-in: a thief's session must not use up what the owner's own needs to end it.
  if (logIn !== null) return rateLimits.take('form', `${logIn.userId} ${logIn.startedAt}`)
  // Two budgets for known browsers: whoever shares the owner's network uses up the one, and whoever once knew the password, and
  // so has such a browser too, the other. Neither keeps the owner from their log-in.
  const known = await readDeviceOwner()
  if (known !== null && (await rateLimits.take('visitor-form', `browser ${known}`)) === 0) return 0
  return rateLimits.take('visitor-form', countedAddress(readClientAddress(await headers(), settings)))
}

function isTiedTo(logIn: LogIn, form: FormData, secrets: readonly string[]): boolean {
  return isFormTokenOf(logIn, onlyValue(form, formTokenField), secrets)
}

/** Undefined unless the field is there exactly once. */
function onlyValue(form: FormData, name: string): unknown {
  const values = form.getAll(name)
  return values.length === 1 ? values[0] : undefined
}

/** The first sentence for each field that has one. */
function sentences(fault: z.ZodError, words: Words): FormState['errors'] {
  const errors: FormState['errors'] = {}
  for (const issue of fault.issues) {
    const params = issue.code === 'custom' ? issue.params : undefined
    errors[String(issue.path[0])] ??= errorSentence(words, issue.message, params)
  }
  return errors
}

function isOptional(schema: z.ZodObject, name: string): boolean {
  return schema.shape[name]?._zod.optin === 'optional'
}

/** All values that were posted under one name → the one text. */
const onceAsText = z.array(z.unknown()).transform((posted, ctx) => {
  const fault = textFault(posted)
  if (fault === null) return String(posted[0])
  ctx.addIssue({ code: 'custom', message: fault })
  return z.NEVER
})

function textFault(posted: unknown[]): string | null {
  const [text] = posted
  if (posted.length === 0) return 'field_missing'
  if (posted.length > 1) return 'field_repeated'
  if (typeof text !== 'string') return 'field_not_text'
  return text.length > maxTextLength ? 'too_large' : null
}
