// Which passwords a person may choose. Length and characters follow NIST SP 800-63B-4: no composition rules.
import type { PasswordStrength } from './password-strength.ts'

/** NIST asks for at least 64 to be allowed; the cap bounds the work of one request. Counted in code points. */
const maxLength = 256
/** zxcvbn's "safely unguessable": more than 10^8 guesses. */
const neededScore = 3

export type PasswordFault =
  | { code: 'password_short'; min: number }
  | { code: 'password_long'; max: number }
  | { code: 'password_characters' }
  | { code: 'password_has_username' }
  | { code: 'password_guessable'; advice: string | null }
  | { code: 'busy' }

/**
 * Why this password is refused for this person, or null. `advice` is a key of the catalogue's strength words.
 * Text that is not well-formed is refused because different passwords would become the same bytes.
 */
export async function findPasswordFault(
  password: string,
  username: string,
  deps: { minLength: number; strength: PasswordStrength },
): Promise<PasswordFault | null> {
  const length = [...password.normalize('NFC')].length
  if (length < deps.minLength) return { code: 'password_short', min: deps.minLength }
  if (length > maxLength) return { code: 'password_long', max: maxLength }
  if (!password.isWellFormed() || password.includes('\uFFFD')) return { code: 'password_characters' }
  if (password.toLowerCase().includes(username)) return { code: 'password_has_username' }
  const estimate = await deps.strength.estimate(password, username)
  if (!estimate.ok) return { code: 'busy' }
  if (estimate.value.score < neededScore) return { code: 'password_guessable', advice: estimate.value.advice }
  return null
}
