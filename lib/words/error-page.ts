// The texts of the error pages. React renders these in the browser, without the message catalogue, so they are
// separate; the compiler requires them for every language.
import type { Locale } from './words.ts'

const texts = {
  en: {
    title: 'Something went wrong',
    body: 'The page could not be shown. What was saved before is safe. Try again, or come back in a minute.',
    retry: 'Try again',
    home: 'Go to Home',
    /** Followed by the code of the log line. */
    reference: 'Reference',
  },
} satisfies Record<Locale, object>

/** `language` comes from the document or the browser, such as "en" or "de-AT". */
export function errorPageWords(language: string): (typeof texts)[Locale] {
  const [base = ''] = language.split('-')
  return Object.hasOwn(texts, base) ? texts[base as Locale] : texts.en
}
