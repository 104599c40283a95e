// How much a request may bring. Asked twice: by our own server before a byte is read, and by middleware where that
// server is not there, because Next takes in ten megabytes before it asks anybody.

/** Room for the longest form several times over. Parsing this much takes some 20 ms, and 512 kB took 100. */
export const maxBodyBytes = 128 * 1024
/** Of one field, before it is parsed: the state of a form holds its fields once more, as JSON. */
export const maxFieldBytes = 64 * 1024

/** A length that is not told in advance could not be refused in advance. */
export function findBodyError(headers: {
  transferEncoding: string | null | undefined
  contentLength: string | null | undefined
}): 'length_required' | 'too_large' | null {
  if (headers.transferEncoding) return 'length_required'
  return Number(headers.contentLength ?? 0) <= maxBodyBytes ? null : 'too_large'
}
