import { expect, test } from 'vitest'
import { wordsFor } from '#lib/words/words.ts'
import { refusedQuery, refusedSentence } from './refused.ts'

const told = (query: URLSearchParams) => refusedSentence(wordsFor('en'), Object.fromEntries(query))

test.each([
  [40_000, 'in 40 seconds.'],
  [3_600_000, 'in 1 hour.'],
  [3_000_001, 'in 51 minutes.'],
])('a wait of %d ms is told as it is, after the password too', (waitMs, sentence) => {
  expect(told(refusedQuery({ code: 'mail_too_soon', waitMs }))).toContain(sentence)
  expect(told(refusedQuery({ code: 'rename_too_often', waitMs }))).toContain(sentence)
})

test('what needs no wait is told without one, and nothing that an address made up', () => {
  expect(told(refusedQuery({ code: 'username_taken' }))).toBe('That username is taken.')
  expect(told(refusedQuery({ code: 'other' }))).toBeNull()
  for (const wait of ['', '1e9', '-1', '1234567', '<b>']) {
    expect(told(new URLSearchParams({ refused: 'mail_too_soon', wait }))).toBeNull()
  }
})
