import { describe, expect, test } from 'vitest'
import { aUser } from './contract/samples.ts'
import { repairTexts, storable, textFaultsOf } from './texts.ts'

describe('storable', () => {
  test.each([
    ['a NUL', 'a\0b', 'ab'],
    ['halves of characters', '\uD83Da\uDE00', 'a'],
    ['a character that the end would halve', 'abcde😀', 'abcde'],
    ['nothing of what is whole', 'é😀\uFFFD', 'é😀\uFFFD'],
  ])('leaves out %s', (_what, given, expected) => {
    expect(storable(given, 6)).toBe(expected)
  })
})

test('names each field that no store accepts', () => {
  const user = aUser({ suspendReason: '\uD800', profile: { fullName: 'a\0', bio: 'x'.repeat(100_001), age: 1 } })
  expect(textFaultsOf(user)).toEqual([
    { field: 'suspendReason', fault: 'has half of a surrogate pair in it' },
    { field: 'profile.fullName', fault: 'has a NUL in it' },
    { field: 'profile.bio', fault: 'is longer than 100,000 characters' },
  ])
  const { stored, repaired } = repairTexts({ kind: 'user', record: user })
  expect(repaired).toHaveLength(3)
  expect(textFaultsOf(stored.record)).toEqual([])
  expect(user.profile.fullName).toBe('a\0')
})

test('repairs no key', () => {
  const user = aUser({ username: 'a\0b' })
  expect(repairTexts({ kind: 'user', record: user })).toEqual({ stored: { kind: 'user', record: user }, repaired: [] })
})
