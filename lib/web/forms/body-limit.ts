// Limits request bodies. Our server checks them before reading a byte; middleware checks again where another server
// runs, because Next accepts ten megabytes before any of our code.

/** Several times the longest form. Parsing this much takes some 20 ms, and 512 kB took 100. */
export const maxBodyBytes = 128 * 1024
/** For one field, before parsing: a form's state contains its fields again, as JSON. */
export const maxFieldBytes = 64 * 1024

/** Requires a length, because a body of unknown length cannot be rejected in advance. */
export function findBodyError(headers: {
  transferEncoding: string | null | undefined
  contentLength: string | null | undefined
}): 'length_required' | 'too_large' | null {
  if (headers.transferEncoding) return 'length_required'
  return Number(headers.contentLength ?? 0) <= maxBodyBytes ? null : 'too_large'
}
