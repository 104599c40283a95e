// What Python's json.dump and the editors of Windows write, read as JSON: a byte-order mark, UTF-16, NaN and Infinity.

/** Strings, which stay as they are, and the numbers that JSON does not have. */
const stringOrNotANumber = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|NaN|-?Infinity/g

/** The text without its byte-order mark; null when it is neither UTF-8 nor, by its mark, UTF-16. */
export function decodeText(bytes: Uint8Array): string | null {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** The same as JSON: NaN and the infinities, with which nobody's age is meant, are null. */
export function withoutNotANumber(text: string): string {
  return text.replace(stringOrNotANumber, (found) => (found.startsWith('"') ? found : 'null'))
}
