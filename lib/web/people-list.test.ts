import { expect, test } from 'vitest'
import { peopleListWith } from './people-list.ts'

test('keeps filters, order and place of the list, and nothing else', () => {
  const list = 'search=a%26b&role=guest&state=active&order=newest&after=1.ada&did=role&select=all&next=//evil.test'
  expect(peopleListWith(list)).toBe('/admin/users?search=a%26b&role=guest&state=active&order=newest&after=1.ada')
  expect(peopleListWith(list, { after: null, did: 'suspend' })).toBe(
    '/admin/users?search=a%26b&role=guest&state=active&order=newest&did=suspend',
  )
})

test.each([undefined, '', '//evil.test', '\u0000'])('is the whole list for %j', (list) => {
  expect(peopleListWith(list)).toBe('/admin/users')
})
