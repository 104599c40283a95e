import { describe, expect, test } from 'vitest'
import { adviceSentence, errorSentence, signUpSentence } from './sentences.ts'
import { wordsFor } from './words.ts'

const words = wordsFor('en')

describe('signUpSentence', () => {
  test('puts every fault of a sign-up in words, with its numbers', () => {
    expect(signUpSentence(words, { code: 'username_taken' })).toBe('That username is taken.')
    expect(signUpSentence(words, { code: 'password_short', min: 12 })).toContain('12')
    expect(signUpSentence(words, { code: 'password_long', max: 256 })).toContain('256')
    expect(signUpSentence(words, { code: 'password_has_username' })).toContain('username')
    expect(signUpSentence(words, { code: 'password_characters' })).toContain('not valid text')
    expect(signUpSentence(words, { code: 'busy' })).toContain('2 seconds')
    expect(signUpSentence(words, { code: 'password_breached' })).toContain('published leaks')
    const reasons = { listed: 'most common', context: 'Names of yours', dates: 'Dates' }
    for (const [advice, reason] of Object.entries(reasons)) {
      expect(signUpSentence(words, { code: 'password_guessable', advice })).toContain(reason)
    }
  })
})

describe('adviceSentence', () => {
  test('has something useful to say also when zxcvbn has not, or says something new', () => {
    for (const advice of [null, 'somethingNew', 'constructor']) {
      expect(adviceSentence(words, advice)).toBe(words('strength.suggestions.useWords'))
    }
  })
})

describe('errorSentence', () => {
  test('refuses a code that the catalogue does not have, and numbers that are missing', () => {
    expect(() => errorSentence(words, 'no_such_code')).toThrow()
    expect(() => errorSentence(words, 'password_short')).toThrow()
  })
})
