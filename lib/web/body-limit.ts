// How much a request may bring. Asked twice: by our own server before a byte is read, and by middleware where that
// server is not there, because Next takes in ten megabytes before it asks anybody.

/** Room for the longest form several times over. */
export const maxBodyBytes = 512 * 1024

/** A length that is not told in advance could not be refused in advance. */
export function findBodyFault(headers: {
  transferEncoding: string | null | undefined
  contentLength: string | null | undefined
}): 'length_required' | 'too_large' | null {
  if (headers.transferEncoding) return 'length_required'
  return Number(headers.contentLength ?? 0) <= maxBodyBytes ? null : 'too_large'
}
