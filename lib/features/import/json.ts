// Untrusted JSON.

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The message of the error contains a part of the text.
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
