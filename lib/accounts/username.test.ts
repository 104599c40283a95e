import { expect, it } from 'vitest'

import { canonicalUsername } from './username.ts'

it.each(['abc', '0ab', 'a.b_c-d', 'a'.repeat(32), '007'])('takes %j as it is', (name) => {
  expect(canonicalUsername(name)).toBe(name)
})

it('folds nothing but the case of plain letters: a name with a dot at its end is another one', () => {
  expect(canonicalUsername('admin.')).toBe('admin.')
  expect(canonicalUsername('adm1n')).toBe('adm1n')
})

it('lower-cases plain letters [T24]', () => {
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
  'ⓐdmin',
  'ad\u00admin',
  '\u202Eadmin',
  'a\u0308dmin',
  '%61dmin',
  'admin%2e',
  '\ufeffadmin',
  'admin\u0000',
  'admın',
  'a/b',
  '__proto__',
])('refuses %j [V2.2.1, V5.3.2, T24, T26]', (name) => {
  expect(canonicalUsername(name)).toBeNull()
})
