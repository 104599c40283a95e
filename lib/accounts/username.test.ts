import { expect, it } from 'vitest'

import { canonicalUsername } from './username.ts'

it.each(['abc', '0ab', 'a.b_c-d', 'a'.repeat(32), '007'])('takes %j as it is', (name) => {
  expect(canonicalUsername(name)).toBe(name)
})

it('lower-cases plain letters', () => {
  expect(canonicalUsername('ALICE.Z')).toBe('alice.z')
})

it.each([
  'ab',
  'a'.repeat(33),
  '',
  '.abc',
  '_abc',
  '-abc',
  ' abc',
  'abc ',
  'abc\n',
  'a bc',
  'zoë',
  'ａdmin',
  'аdmin',
  'admin\u200b',
  'ADMİN',
  '\u212Aelvin',
  'admın',
  'a/b',
  '__proto__',
])('refuses %j [V2.2.1, V5.3.2, T26]', (name) => {
  expect(canonicalUsername(name)).toBeNull()
})
