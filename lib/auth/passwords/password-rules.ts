// The rules for new passwords. Length and characters follow NIST SP 800-63B-4: no composition rules.
import type { BreachedPasswords } from './breached-passwords.ts'
import type { PasswordOwner } from './context-words.ts'
import type { PasswordStrength } from './password-strength.ts'

/** NIST requires at least 64. The maximum bounds the work of one request. */
export const passwordMaxLength = 256
/** Longer text cannot normalize to 256 code points or fewer, and normalizing it could take seconds. */
const maxUnits = 4 * passwordMaxLength
/** zxcvbn's "safely unguessable": more than 10^8 guesses. */
export const neededScore = 3

type ShapeFault =
  | { code: 'password_short'; min: number }
  | { code: 'password_long'; max: number }
  | { code: 'password_characters' }
  | { code: 'password_has_username' }

/** `advice` is a key of the catalogue's strength words. */
export type PasswordFault =
  | ShapeFault
  | { code: 'password_guessable'; advice: string | null }
  | { code: 'password_breached' }
  | { code: 'busy' }

/**
 * What is wrong with this password for this user (canonical username, or null while it is invalid), or null. Counts
 * code points after NFC, like the hash. Rejects text that is not well-formed, because different passwords would become
 * the same bytes.
 */
export function findShapeFault(password: string, username: string | null, minLength: number): ShapeFault | null {
  const length = isOverlong(password) ? Number.POSITIVE_INFINITY : [...password.normalize('NFC')].length
  if (length < minLength) return { code: 'password_short', min: minLength }
  if (length > passwordMaxLength) return { code: 'password_long', max: passwordMaxLength }
  if (!password.isWellFormed() || password.includes('\uFFFD')) return { code: 'password_characters' }
  if (username !== null && password.toLowerCase().includes(username)) return { code: 'password_has_username' }
  return null
}

/** Whether the text is too long to be any user's password. */
export function isOverlong(password: string): boolean {
  return password.length > maxUnits
}

/** Checks length and characters, then whether the password is easy to guess, then whether it was leaked. */
export async function findPasswordFault(
  password: string,
  owner: PasswordOwner,
  deps: { minLength: number; strength: PasswordStrength; breached: BreachedPasswords },
): Promise<PasswordFault | null> {
  const shapeFault = findShapeFault(password, owner.username, deps.minLength)
  if (shapeFault !== null) return shapeFault
  const estimate = await deps.strength.estimate(password, owner)
  if (!estimate.ok) return { code: 'busy' }
  const { score, advice } = estimate.value
  if (score < neededScore) return { code: 'password_guessable', advice }
  return (await deps.breached.has(password)) ? { code: 'password_breached' } : null
}
