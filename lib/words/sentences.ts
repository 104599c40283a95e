// Sentences whose key or arguments are put together.

import { auditEvents } from '../core/audit/events.ts'
import type { Device } from '../core/device.ts'
import { en } from './en.ts'
import type { Words } from './words.ts'

/** The compiler cannot follow a key that is put together, so its arguments are checked when the message is formatted. */
type AnyMessage = (key: string, args: Record<string, string | number>) => string

/** Throws when the catalogue has no such code, or the numbers that its message needs are missing. */
export function errorSentence(words: Words, code: string, args: Record<string, string | number> = {}): string {
  const message: AnyMessage = words as never
  return message(`errors.${code}`, args)
}

/** What the password is asked for. */
export function confirmSentence(words: Words, commandName: string, args: Record<string, string> = {}): string {
  const message: AnyMessage = words as never
  return message(`confirm.commands.${commandName}`, args)
}

/** "Firefox on Windows", as far as that is known. */
export function deviceName(words: Words, { browser, system }: Device): string {
  if (browser !== null && system !== null) return words('security.sessions.device', { browser, system })
  if (browser !== null) return browser
  return system === null
    ? words('security.sessions.device_unknown')
    : words('security.sessions.device_system', { system })
}

/** What happened, in words; an event that a later version of the site wrote is its own name. */
export function eventName(words: Words, event: string): string {
  const known = auditEvents.find((name) => name === event)
  return known === undefined ? event : words(`events.${known}`)
}

/** What the strength meter says for the scores from 0 to 4. */
export function scoreWords(words: Words): string[] {
  const scores = ['very_weak', 'weak', 'fair', 'good', 'strong'] as const
  return scores.map((score) => words(`strength.scores.${score}`))
}

/** `advice` is a key of our reasons, or of zxcvbn's warnings or suggestions; what the catalogue does not know gets the general advice. */
export function adviceSentence(words: Words, advice: string | null): string {
  if (isKeyOf(en.strength.reasons, advice)) return words(`strength.reasons.${advice}`)
  if (isKeyOf(en.strength.warnings, advice)) return words(`strength.warnings.${advice}`)
  if (isKeyOf(en.strength.suggestions, advice)) return words(`strength.suggestions.${advice}`)
  return words('strength.suggestions.useWords')
}

function isKeyOf<Keys extends object>(object: Keys, key: string | null): key is Extract<keyof Keys, string> {
  return key !== null && Object.hasOwn(object, key)
}
