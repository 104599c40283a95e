// Reads the query of a page, and builds URLs from it.
import { trimTyped } from '../core/typed-text.ts'

export type Query = Record<string, string | string[] | undefined>

/** The trimmed value; empty if it is missing or repeated. */
export function textOf(query: Query, name: string): string {
  const value = query[name]
  return typeof value === 'string' ? trimTyped(value).slice(0, 200) : ''
}

/** One of the known values, or null. */
export function oneOf<Known extends string>(query: Query, name: string, known: readonly Known[]): Known | null {
  return known.find((value) => value === query[name]) ?? null
}

/** The page's URL with changed query values; null removes one. */
export function pathWith(path: string, query: Query, changes: Record<string, string | null> = {}): string {
  const asked = new URLSearchParams()
  for (const name of Object.keys({ ...query, ...changes })) {
    const value = name in changes ? changes[name] : textOf(query, name)
    if (value) asked.set(name, value)
  }
  const text = asked.toString()
  return text === '' ? path : `${path}?${text}`
}
