import { expect, it } from 'vitest'

import { IdsByUser } from './ids-by-user.ts'

it('forgets removed ids', () => {
  const ids = new IdsByUser([
    { id: 'a', userId: 'alice' },
    { id: 'b', userId: 'alice' },
  ])
  ids.add({ id: 'c', userId: 'bob' })
  ids.remove({ id: 'a', userId: 'alice' })
  ids.remove({ id: 'c', userId: 'bob' })
  ids.remove({ id: 'c', userId: 'bob' })
  expect([...ids.of('alice')]).toEqual(['b'])
  expect([...ids.of('bob')]).toEqual([])
})
