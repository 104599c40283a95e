// The rules for usernames: ASCII letters and digits, so that no two names look alike.
import { trimTyped } from '../core/typed-text.ts'

const rule = /^[a-z0-9][a-z0-9._-]{2,31}$/

/**
 * The form in which usernames are stored and compared, or null for an impossible one. Trims spaces that keyboards add.
 * Lower-cases A to Z only: Unicode rules would turn other letters (the Kelvin sign, İ) into these.
 */
export function canonicalUsername(typed: string): string | null {
  const canonical = trimTyped(typed).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return rule.test(canonical) ? canonical : null
}
