// Accepts only the calls of server actions that this site's forms make. React's decoder accepts far more (promises,
// blobs, references into other parts), has had vulnerabilities there, and answers 500 when it fails.
import { z } from 'zod'
import { maxFieldBytes } from './body-limit.ts'
import type { FormState } from './form-state.ts'

/** React escapes a leading $ in text as $$; a single one would be a reference. */
const text = z.string().regex(/^(?!\$[^$]|\$$)/)

/** More fields than any form has. Counted before anything else about the request is known. */
const mostTexts = 50
const texts = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && Object.keys(value).length <= mostTexts,
  )
  .pipe(z.record(text, text))

/** The FormState of form-state.ts as the browser returns it. */
const formState = z.strictObject({
  values: texts,
  errors: texts,
  alert: text.nullable(),
}) satisfies z.ZodType<FormState>

/**
 * A JSON string, and the maximum of other characters in a state: brackets, colons and commas for that many texts.
 * Without the last `?`, the scan of escaped quotes would restart at each of them.
 */
const anyString = /"(?:[^"\\]|\\.)*"?/gs
const mostStructure = 40 + 4 * mostTexts

const actionId = /^[0-9a-f]{42}$/
/** Posted by the browser: the action's id and the state bound to it. */
const boundReference = z.strictObject({ id: z.string().regex(actionId), bound: z.literal('$@1') })
const boundArguments = z.tuple([formState])
/** Posted by script: the state, if the form has one, and the form's fields, named _1_… */
const scriptArguments = z.union([z.tuple([formState, z.literal('$K1')]), z.tuple([z.literal('$K1')])])

/** `byScript` distinguishes a call by React's client (Next-Action header) from a form that the browser posted. */
export function isOwnActionCall(form: FormData, { byScript }: { byScript: boolean }): boolean {
  const names = [...new Set(form.keys())]
  if (byScript) {
    return parses(scriptArguments, form.getAll('0')) && names.every((name) => name === '0' || name.startsWith('_1_'))
  }
  const own = names.filter((name) => name.startsWith('$ACTION_') && name !== '$ACTION_KEY')
  const [first = ''] = own
  if (own.length === 1) return actionId.test(first.replace('$ACTION_ID_', ''))
  const number = /^\$ACTION_REF_(\d+)$/.exec(own.find((name) => name.startsWith('$ACTION_REF_')) ?? '')?.[1]
  return (
    own.length === 3 &&
    number !== undefined &&
    parses(boundReference, form.getAll(`$ACTION_${number}:0`)) &&
    parses(boundArguments, form.getAll(`$ACTION_${number}:1`))
  )
}

function parses(schema: z.ZodType, values: FormDataEntryValue[]): boolean {
  const [json] = values
  if (values.length !== 1 || typeof json !== 'string' || json.length > maxFieldBytes) return false
  // Parsing deep nesting or thousands of names takes far longer than parsing long strings.
  if (json.replace(anyString, '').length > mostStructure) return false
  try {
    return schema.safeParse(JSON.parse(json)).success
  } catch {
    return false
  }
}
