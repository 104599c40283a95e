import { trimTyped } from '../core/typed-text.ts'

const rule = /^[a-z0-9][a-z0-9._-]{2,31}$/

/**
 * The form in which names are stored and compared, or null for what no name can be. Space around a name is the keyboard's.
 * Only A to Z are lower-cased: Unicode's own rules would turn other letters (K as in kelvin, İ) into these.
 */
export function canonicalUsername(typed: string): string | null {
  const canonical = trimTyped(typed).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return rule.test(canonical) ? canonical : null
}
