// Errors are compared by their code: each bundle of the process has its own copy of a class.

/** The code of an error, such as ENOENT or store_unavailable; null without one. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null
}

/** Whether Gatehouse itself threw the error: then its message tells the operator what to do, and needs no stack. */
export function isOwnError(error: unknown): error is Error {
  return /^[a-z_]+$/.test(errorCode(error) ?? '')
}
