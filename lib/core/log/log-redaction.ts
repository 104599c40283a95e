// Removes secrets from everything that is logged: a second line of defence, since events should only carry ids and
// codes.

const hidden = '[hidden]'
/** The value of a field with such a name is a secret. */
const secretName =
  /authorization|cookie|password|passwd|secret|token|seal(ed)?$|totp|recovery_?codes?|challenge|^response$|^(smtp|database)_?url$/i
/** A field `code` normally has an outcome. These are codes of a mail, of an authenticator app, and for recovery. */
const typedCode = /^(\d{4} ?\d{4}|\d{3} ?\d{3}|[\da-z]{4}([ -][\da-z]{4}){2}|(?=.*\d)[\da-z]{12})$/i
/** The key of an authenticator app, as its QR code holds it. */
const appKey = /otpauth:\/\/\S+/g
/** User name and password in the URL of a database or mail server. */
const credentials = /(\w:\/\/)[^\s/@]+@/g

/** Control characters and line separators that JSON does not escape: terminals may obey them or start a new line. */
const control = /[\x7f-\x9f\u2028\u2029]/g

const deepest = 5
const longestText = 4000

/** Returns a copy for logging. Errors keep type, message, stack and cause, and lose fields that drivers add. */
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
  if (name === 'code' && typedCode.test(String(value))) return hidden
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
  return text
    .slice(0, longestText)
    .replace(appKey, hidden)
    .replace(credentials, `$1${hidden}@`)
    .replace(control, '\ufffd')
}

/** PostgreSQL errors, for example, carry values of the rejected row. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name: type, message, stack, cause } = error
  const { code, digest } = error as { code?: unknown; digest?: unknown }
  // JSON omits undefined fields.
  return redactFields({ type, code, digest, message, stack, cause }, depth + 1)
}
