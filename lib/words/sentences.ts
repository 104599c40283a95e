// Sentences with computed keys or arguments.

import { auditEvents } from '../core/audit/events.ts'
import type { Device } from '../core/device.ts'
import { en } from './en.ts'
import type { Words } from './words.ts'

/** The compiler cannot check a computed key, so formatting checks its arguments. */
type AnyMessage = (key: string, args: Record<string, string | number>) => string

/** Whether the catalogue has a sentence for it. */
export function isErrorCode(code: string): boolean {
  return isKeyOf(en.errors, code)
}

/** Throws when the catalogue lacks the code, or the message's numbers are missing. */
export function errorSentence(words: Words, code: string, args: Record<string, string | number> = {}): string {
  const message: AnyMessage = words as never
  return message(`errors.${code}`, args)
}

/** What the password is needed for: as a sentence, and on the button. */
export function confirmWords(words: Words, commandName: string, args: Record<string, string> = {}) {
  const message: AnyMessage = words as never
  const act = message(`confirm.commands.${commandName}`, args)
  return { purpose: words('confirm.to_do', { act }), button: words('confirm.submit_act', { act }) }
}

/** "Firefox on Windows", or the known part of it. */
export function deviceName(words: Words, { browser, system }: Pick<Device, 'browser' | 'system'>): string {
  if (browser !== null && system !== null) return words('security.sessions.device', { browser, system })
  if (browser !== null) return browser
  return system === null
    ? words('security.sessions.device_unknown')
    : words('security.sessions.device_system', { system })
}

/** The name of an event. An event of a later version is shown by its code. */
export function eventName(words: Words, event: string): string {
  const known = auditEvents.find((name) => name === event)
  return known === undefined ? event : words(`events.${known}`)
}

/** Twelve random characters always pass. Naming the minimum makes people choose exactly that length. */
const mixedCharacters = 12

/** What a new password needs, given the least length of this site. */
export function newPasswordHint(words: Words, minLength: number): string {
  if (minLength > mixedCharacters) return words('signup.password_hint_long', { min: minLength })
  return words('signup.password_hint', { mixed: mixedCharacters })
}

/** The strength meter's words for the scores 0 to 4. */
export function scoreWords(words: Words): string[] {
  const scores = ['very_weak', 'weak', 'fair', 'good', 'strong'] as const
  return scores.map((score) => words(`strength.scores.${score}`))
}

/** `advice` is one of our reasons, or a warning or suggestion of zxcvbn. Unknown ones give the general advice. */
export function adviceSentence(words: Words, advice: string | null): string {
  if (isKeyOf(en.strength.reasons, advice)) return words(`strength.reasons.${advice}`)
  if (isKeyOf(en.strength.warnings, advice)) return words(`strength.warnings.${advice}`)
  if (isKeyOf(en.strength.suggestions, advice)) return words(`strength.suggestions.${advice}`)
  return words('strength.suggestions.useWords')
}

function isKeyOf<Keys extends object>(object: Keys, key: string | null): key is Extract<keyof Keys, string> {
  return key !== null && Object.hasOwn(object, key)
}
