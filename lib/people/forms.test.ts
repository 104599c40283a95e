import { expect, test } from 'vitest'
import { suspendSchema } from './forms.ts'

test.each(['2026-02-30', '2026-11-30 ', '30.11.2026', 'tomorrow'])(
  'the last day of a suspension is a date or nothing, and %s is told with a code that has words',
  (lastDay) => {
    const { error } = suspendSchema.safeParse({ id: 'x', reason: 'A reason', lastDay })
    expect(error?.issues.map(({ message }) => message)).toEqual(['date_rule'])
  },
)
