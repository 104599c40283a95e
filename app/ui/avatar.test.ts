import { expect, test } from 'vitest'
import { initialsOf } from './avatar.tsx'

test.each([
  ['Ada King Lovelace', 'AL'],
  ['ada', 'A'],
  ['carol.jones', 'CJ'],
  ['مريم القيرواني', 'ما'],
  ['👩‍👩‍👧‍👦 Family', '👩‍👩‍👧‍👦F'],
  ['z\u0308oe', 'Z\u0308'],
  ['İpek Ö', 'İÖ'],
  ['e\u0301', 'E\u0301'],
  ['---', ''],
  ['', ''],
])('the initials of %j are %j', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
