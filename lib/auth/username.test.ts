import { expect, it } from 'vitest'

import { canonicalUsername } from './username.ts'

it.each(['abc', '0ab', 'a.b_c-d', 'a'.repeat(32), '007'])('accepts %j unchanged', (name) => {
  expect(canonicalUsername(name)).toBe(name)
})

it('folds only the case of ASCII letters: a name with a trailing dot is different', () => {
  expect(canonicalUsername('admin.')).toBe('admin.')
  expect(canonicalUsername('adm1n')).toBe('adm1n')
})

it('lower-cases ASCII letters [T24]', () => {
  expect(canonicalUsername('ALICE.Z')).toBe('alice.z')
})

it.each([' ', '\n', '\u00a0', '\u3000', '\u200b', '\u2060', '\ufeff', '\u200f', '\u202e', ' \u200d\t'])(
  'is not changed by %j around a name, which a keyboard or a copy adds [T24]',
  (space) => {
    expect(canonicalUsername(`${space}admin`)).toBe('admin')
    expect(canonicalUsername(`Admin${space}`)).toBe('admin')
    expect(canonicalUsername(`ad${space}min`)).toBeNull()
    expect(canonicalUsername(`${space}ab${space}`)).toBeNull()
  },
)

it.each([
  'ab',
  'a'.repeat(33),
  '',
  '.abc',
  '_abc',
  '-abc',
  'a bc',
  'zoë',
  'ａdmin',
  'аdmin',
  'ad\u200bmin',
  'ADMİN',
  '\u212Aelvin',
  'ⓐdmin',
  'ad\u00admin',
  'ad\u202Emin',
  'a\u0308dmin',
  '%61dmin',
  'admin%2e',
  'ad\ufeffmin',
  'admin\u0000',
  'admın',
  'a/b',
  '__proto__',
])('refuses %j [V2.2.1, V5.3.2, T24, T26]', (name) => {
  expect(canonicalUsername(name)).toBeNull()
})
