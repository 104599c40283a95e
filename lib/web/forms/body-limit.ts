// Limits request bodies. Our server checks them before reading a byte; middleware checks again where another server
// runs, because Next accepts ten megabytes before any of our code.

/** Several times the longest form. Parsing this much takes some 20 ms, and 512 kB took 100. */
export const maxBodyBytes = 128 * 1024
/** For one field, before parsing: a form's state contains its fields again, as JSON. */
export const maxFieldBytes = 64 * 1024

/** The one path that takes a file. `proxyClientMaxBodySize` of next.config.mjs is as large. */
export const uploadPath = '/profile/picture/upload'
/** A picture of 256 kB, and the parts of the form around it. */
export const maxUploadBytes = 264 * 1024

/** Requires a length, because a body of unknown length cannot be rejected in advance. */
export function findBodyError(request: {
  path: string
  transferEncoding: string | null | undefined
  contentLength: string | null | undefined
}): 'length_required' | 'too_large' | null {
  if (request.transferEncoding) return 'length_required'
  const most = request.path === uploadPath ? maxUploadBytes : maxBodyBytes
  return Number(request.contentLength ?? 0) <= most ? null : 'too_large'
}

/** Whether the body is larger than any form's, so that few of them may be in memory at a time. */
export function isLargeUpload(contentLength: string | null | undefined): boolean {
  return Number(contentLength ?? 0) > maxBodyBytes
}
