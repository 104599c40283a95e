import { expect, test } from 'vitest'
import { personSchema, suspendSchema } from './forms.ts'

test.each(['2026-02-30', '2026-11-30 ', '30.11.2026', 'tomorrow'])(
  'the last day of a suspension is a date or nothing, and %s is told with a code that has words',
  (lastDay) => {
    const { error } = suspendSchema.safeParse({ id: 'x', reason: 'A reason', lastDay })
    expect(error?.issues.map(({ message }) => message)).toEqual(['date_rule'])
  },
)

test('a person without an id is told with a code that has words', () => {
  expect(personSchema.safeParse({ id: '' }).error?.issues.map(({ message }) => message)).toEqual(['field_missing'])
})
