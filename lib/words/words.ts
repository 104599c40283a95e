// The languages, the choice for a reader, and the translator of each. A new language is a file shaped like en.ts and a
// line in `languages`; browser.ts then requires its texts too.
import { createTranslator } from 'use-intl/core'
import { en } from './en.ts'

type SameShape<Messages> = {
  readonly [Key in keyof Messages]: Messages[Key] extends string ? string : SameShape<Messages[Key]>
}

interface Language {
  messages: SameShape<typeof en>
  /** The region whose date and number formats apply. */
  formats: string
  direction: 'ltr' | 'rtl'
}

const languages = {
  en: { messages: en, formats: 'en-GB', direction: 'ltr' },
} satisfies Record<string, Language>

export type Locale = keyof typeof languages

export const locales = Object.keys(languages) as Locale[]
const fallback: Locale = 'en'

/** Called with a catalogue key and the arguments of its message; the compiler checks both. */
export type Words = ReturnType<typeof createTranslator<typeof en>> & {
  readonly locale: Locale
  readonly formats: string
  readonly direction: 'ltr' | 'rtl'
}

const translators = new Map<Locale, Words>()

export function wordsFor(locale: Locale): Words {
  const known = translators.get(locale)
  if (known !== undefined) return known
  const { messages, formats, direction } = languages[locale]
  const translator = createTranslator({
    locale: formats,
    messages,
    // The compiler rules out a missing message or argument, so this is an error in a language's file.
    onError(error) {
      throw error
    },
  })
  const plain = new Map(plainTexts(messages))
  const lookUp = (...[key, ...args]: Parameters<typeof translator>) => plain.get(key) ?? translator(key, ...args)
  const words = Object.assign(lookUp as typeof translator, translator, { locale, formats, direction })
  translators.set(locale, words)
  return words
}

/** The texts that need no formatting, by key. A page has a hundred texts, and the translator takes 2 µs for each. */
function plainTexts(messages: object, parents = ''): [string, string][] {
  return Object.entries(messages).flatMap(([key, message]: [string, string | object]): [string, string][] => {
    if (typeof message !== 'string') return plainTexts(message, `${parents}${key}.`)
    return syntax.test(message) ? [] : [[parents + key, message]]
  })
}

/** What has a meaning in ICU MessageFormat. */
const syntax = /[{}<>'#|]/

/** The language's own name for itself, such as "English". */
export function languageName(locale: Locale): string {
  return new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale
}

/** The best language for an Accept-Language header; English if none matches. */
export function matchLocale(acceptLanguage: string | null): Locale {
  const wanted = (acceptLanguage ?? '')
    .slice(0, 500)
    .toLowerCase()
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { base: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
  for (const { base } of wanted) {
    const match = locales.find((locale) => locale === base)
    if (match !== undefined) return match
  }
  return fallback
}
