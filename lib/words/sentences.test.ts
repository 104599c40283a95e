import { describe, expect, test } from 'vitest'
import { messageFor, type Refusal } from './message-for.ts'
import { adviceSentence, errorSentence } from './sentences.ts'
import { wordsFor } from './words.ts'

const words = wordsFor('en')

describe('messageFor', () => {
  test('has a sentence for every refusal of a new account, with numbers and field', () => {
    const told = (refusal: Refusal) => Object.values(messageFor(words, refusal))
    expect(told({ code: 'username_taken' })).toEqual(['That username is taken.', 'username', null])
    const short = { code: 'password_short', min: 12 }
    expect(told(short)).toEqual([expect.stringContaining('12'), 'password', null])
    const long = { code: 'password_long', max: 256 }
    expect(told(long)).toEqual([expect.stringContaining('256'), 'password', null])
    for (const code of ['password_has_username', 'password_characters', 'password_breached'])
      expect(told({ code })).toEqual([expect.any(String), 'password', null])
    expect(told({ code: 'busy' })).toEqual([expect.stringContaining('2 seconds'), null, null])
    expect(told({ code: 'too_soon', waitMs: 60_000 })).toEqual([expect.stringContaining('1 minute'), null, 429])
    expect(told({ code: 'mail_too_soon', waitMs: 60_000 })).toEqual([expect.stringContaining('1 minute'), null, null])
    const reasons = { listed: 'most common', context: 'Names of yours', dates: 'Dates' }
    for (const [advice, reason] of Object.entries(reasons)) {
      expect(told({ code: 'password_guessable', advice })[0]).toContain(reason)
    }
  })
})

describe('adviceSentence', () => {
  test('gives useful advice even if zxcvbn has none or an unknown one', () => {
    for (const advice of [null, 'somethingNew', 'constructor']) {
      expect(adviceSentence(words, advice)).toBe(words('strength.suggestions.useWords'))
    }
  })
})

describe('errorSentence', () => {
  test('throws for an unknown code and for missing numbers', () => {
    expect(() => errorSentence(words, 'no_such_code')).toThrow()
    expect(() => errorSentence(words, 'password_short')).toThrow()
  })
})
