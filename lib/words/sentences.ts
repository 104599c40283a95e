// From the codes that rules answer with to the sentences that people read.
import type { SignUpFault } from '../accounts/accounts.ts'
import { en } from './en.ts'
import type { Words } from './words.ts'

/** About how long the longest queue of password work takes to clear, rounded up. */
export const busySeconds = 2

/** The compiler cannot follow a key that is put together, so its arguments are checked when the message is formatted. */
type AnyMessage = (key: string, args: Record<string, string | number>) => string

/** Throws when the catalogue has no such code, or the numbers that its message needs are missing. */
export function errorSentence(words: Words, code: string, args: Record<string, string | number> = {}): string {
  const message: AnyMessage = words as never
  return message(`errors.${code}`, args)
}

export function signUpSentence(words: Words, fault: SignUpFault): string {
  if (fault.code === 'busy') return words('errors.busy', { seconds: busySeconds })
  if (fault.code === 'password_guessable') {
    return words('errors.password_guessable', { reason: adviceSentence(words, fault.advice) })
  }
  const { code, ...numbers } = fault
  return errorSentence(words, code, numbers)
}

/** `advice` is a key of zxcvbn's warnings or suggestions; what the catalogue does not know gets the general advice. */
export function adviceSentence(words: Words, advice: string | null): string {
  if (isKeyOf(en.strength.warnings, advice)) return words(`strength.warnings.${advice}`)
  if (isKeyOf(en.strength.suggestions, advice)) return words(`strength.suggestions.${advice}`)
  return words('strength.suggestions.useWords')
}

function isKeyOf<Keys extends object>(object: Keys, key: string | null): key is Extract<keyof Keys, string> {
  return key !== null && Object.hasOwn(object, key)
}
