import { expect, test } from 'vitest'
import { messageFor } from '#lib/words/message-for.ts'
import { wordsFor } from '#lib/words/words.ts'
import { refusalIn, refusalQuery } from './refusal-query.ts'

const told = (query: URLSearchParams) => {
  const refusal = refusalIn(Object.fromEntries(query))
  return refusal && messageFor(wordsFor('en'), refusal).text
}

test.each([
  [40_000, 'in 40 seconds.'],
  [3_600_000, 'in 1 hour.'],
  [3_000_001, 'in 51 minutes.'],
])('keeps a wait of %d ms across a redirect', (waitMs, sentence) => {
  expect(told(refusalQuery({ code: 'mail_too_soon', waitMs }))).toContain(sentence)
  expect(told(refusalQuery({ code: 'rename_too_often', waitMs }))).toContain(sentence)
})

test('ignores codes and waiting times that this site does not write', () => {
  expect(told(refusalQuery({ code: 'username_taken' }))).toBe('That username is taken.')
  expect(told(refusalQuery({ code: 'other' }))).toBeNull()
  for (const wait of ['', '1e9', '-1', '1234567', '<b>']) {
    expect(told(new URLSearchParams({ refused: 'mail_too_soon', wait }))).toBeNull()
  }
})
