import { describe, expect, test } from 'vitest'
import { aMail, aPasskey, aUser } from './contract/samples.ts'
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

test('repairs the name of a passkey within its list', () => {
  const passkeys = [aPasskey(), aPasskey({ id: 'other', name: `Zoë’s\0${'x'.repeat(300)}` })]
  const { stored, repaired } = repairTexts({ kind: 'user', record: aUser({ passkeys }) })
  expect(repaired).toEqual([{ field: 'passkeys.1.name', fault: 'has a NUL in it' }])
  const name = `Zoë’s${'x'.repeat(194)}`
  expect(stored.record).toMatchObject({ passkeys: [aPasskey(), aPasskey({ id: 'other', name })] })
})

test('limits a text by its place in the record, not by its name alone', () => {
  const lengths = [
    [aUser({ id: 'x'.repeat(256) }), 'id is longer than 255 characters'],
    [aUser({ passkeys: [aPasskey({ id: 'x'.repeat(1_401) })] }), 'passkeys.0.id is longer than 1,400 characters'],
    [aUser({ totp: { sealed: 'x'.repeat(2_001), createdAt: 1 } }), 'totp.sealed is longer than 2,000 characters'],
  ] as const
  for (const [record, fault] of lengths) {
    expect(textFaultsOf(record).map((found) => `${found.field} ${found.fault}`)).toEqual([fault])
  }
  expect(textFaultsOf(aMail({ sealed: 'x'.repeat(2_001) }))).toEqual([])
})

test('repairs no key', () => {
  const user = aUser({ username: 'a\0b' })
  expect(repairTexts({ kind: 'user', record: user })).toEqual({ stored: { kind: 'user', record: user }, repaired: [] })
})
