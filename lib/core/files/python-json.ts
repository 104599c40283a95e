// Reads JSON as Python's json.dump and Windows editors write it: with a byte-order mark, UTF-16, NaN and Infinity.

/** Matches strings, to skip them, and the numbers that JSON lacks. */
const stringOrNotANumber = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|NaN|-?Infinity/g

/** Drops the byte-order mark. Null when the bytes are neither UTF-8 nor UTF-16 with a mark. */
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

/** Replaces NaN and the infinities with null. */
export function withoutNotANumber(text: string): string {
  return text.replace(stringOrNotANumber, (found) => (found.startsWith('"') ? found : 'null'))
}
