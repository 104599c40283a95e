// Accepts multipart bodies only in the form that browsers write. Two parsers read each form, ours in middleware and
// then Next's: a body that they read differently could bypass the checks.
import { ok, type Result, refused } from '#lib/core/result.ts'
import { maxBodyBytes, maxFieldBytes } from './body-limit.ts'

/** RFC 2046 allows more characters in a boundary; browsers and HTTP libraries use these. */
const contentType = /^multipart\/form-data; ?boundary=([\w'-]{1,70})$/
/**
 * RFC 7578 with the WHATWG escapes: a name, optionally a file's name and type, and no other header. Lynx adds a charset
 * of UTF-8, which both parsers assume; they would differ about any other charset.
 */
const partHead =
  /^content-disposition: form-data; name="[ !#-[\]-~]*"(?:; filename="[^"\\\p{Cc}]*"\r\ncontent-type: [\w.+-]+\/[\w.+-]+|\r\ncontent-type: text\/plain; charset=utf-8)?$/iu
/**
 * For bodies that this parser alone reads. A browser writes a backslash of a file's name as it is, and the bytes of UTF-8
 * letters are control characters here.
 */
const uploadHead =
  /^content-disposition: form-data; name="[ !#-[\]-~]*"(?:; filename="(?:[^"\p{Cc}]|[\x80-\x9f])*"\r\ncontent-type: [\w.+-]+\/[\w.+-]+)?$/iu

/** Several times the parts of the longest form: each costs time before the queue. */
const mostParts = 100

/** `bad_request` for a body that no browser sends. Checks lengths before parsing. */
export async function parseMultipart(
  type: string,
  body: ArrayBuffer,
  { maxBody = maxBodyBytes, maxField = maxFieldBytes, isUpload = false } = {},
): Promise<Result<FormData, 'bad_request' | 'too_large'>> {
  if (body.byteLength > maxBody) return refused('too_large')
  const boundary = contentType.exec(type)?.[1]
  if (boundary === undefined) return refused('bad_request')
  const parts = splitPlain(Buffer.from(body).toString('latin1'), `--${boundary}`, isUpload ? uploadHead : partHead)
  if (parts === null) return refused('bad_request')
  if (parts.some((part) => part.length > maxField)) return refused('too_large')
  try {
    return ok(await new Response(body, { headers: { 'content-type': type } }).formData())
  } catch {
    return refused('bad_request')
  }
}

/** The parts with their heads, or null. `text` has one character per byte. */
function splitPlain(text: string, delimiter: string, head: RegExp): string[] | null {
  const end = `\r\n${delimiter}--`
  const whole = text.endsWith('\r\n') ? text.slice(0, -2) : text
  if (!whole.startsWith(`${delimiter}\r\n`) || !whole.endsWith(end)) return null
  const parts = whole.slice(delimiter.length + 2, -end.length).split(`\r\n${delimiter}\r\n`)
  if (parts.length > mostParts) return null
  const arePlain = parts.every((part) => {
    const headEnd = part.indexOf('\r\n\r\n')
    return headEnd >= 0 && headEnd <= 1000 && head.test(part.slice(0, headEnd)) && !part.includes(delimiter)
  })
  return arePlain ? parts : null
}
