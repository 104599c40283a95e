// What no log line may hold, taken out of whatever is logged: a fence behind the rule that events carry ids and codes.

const hidden = '[hidden]'
/** What a field of such a name holds is a secret, whatever it looks like. */
const secretName = /authorization|cookie|password|passwd|secret|token|seal$|^(smtp|database)_?url$/i
/** A field `code` holds the name of an outcome; one of digits was mailed to somebody. */
const mailedCode = /^\d{4} ?\d{4}$/
/** What stands before the @ of an address: a user's name and password of a database or mail server. */
const credentials = /(\w:\/\/)[^\s/@]+@/g

/** What a terminal may obey or take for a new line, and JSON leaves as it is. */
const control = /[\x7f-\x9f\u2028\u2029]/g

const deepest = 5
const longestText = 4000

/** A copy that may be logged. Of errors it keeps what says where and why, and no field that a driver hung on them. */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return redactFields(fields, 0)
}

function redactFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [redactText(name), redactField(name, value, depth)]),
  )
}

function redactField(name: string, value: unknown, depth: number): unknown {
  if (value !== null && value !== undefined && secretName.test(name)) return hidden
  if (name === 'code' && mailedCode.test(String(value))) return hidden
  return redactValue(value, depth)
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= deepest) return '[deeper]'
  if (value instanceof Error) return redactError(value, depth)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1))
  return redactFields(value, depth + 1)
}

function redactText(text: string): string {
  return text.slice(0, longestText).replace(credentials, `$1${hidden}@`).replace(control, '\ufffd')
}

/** PostgreSQL's errors, for one, carry the values of the row that was refused. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name: type, message, stack, cause } = error
  const { code, digest } = error as { code?: unknown; digest?: unknown }
  // What is undefined gets no place in the line.
  return redactFields({ type, code, digest, message, stack, cause }, depth + 1)
}
