// The few words of the error pages. React renders those in the browser, where the catalogue is not, so they stand
// apart; the compiler asks for them in every language.
import type { Locale } from './words.ts'

const faults = {
  en: {
    title: 'Something went wrong',
    body: 'The page could not be shown. What was saved before is safe. Try again, or come back in a minute.',
    retry: 'Try again',
    home: 'Go to Home',
    /** Followed by the code under which the log has the fault. */
    reference: 'Reference',
  },
} satisfies Record<Locale, object>

/** `language` is what the document or the browser names, such as "en" or "de-AT". */
export function faultWords(language: string): (typeof faults)[Locale] {
  const [base = ''] = language.split('-')
  return Object.hasOwn(faults, base) ? faults[base as Locale] : faults.en
}
