// The message catalogue in the language of the request.
import 'server-only'
import { headers } from 'next/headers'
import { cache } from 'react'
import { matchLocale, type Words, wordsFor } from '#lib/words/words.ts'

export const getWords = cache(async (): Promise<Words> => {
  const asked = await headers()
  return wordsFor(matchLocale(asked.get('accept-language')))
})
