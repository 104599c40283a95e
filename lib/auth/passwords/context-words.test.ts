import { describe, expect, test } from 'vitest'
import { contextWords, isOnlyContext } from './context-words.ts'

const jane = { username: 'jane.doe77', email: 'J.Quistgaard+work@mail.oakfield.example' }
const words = contextWords(jane, 'https://accounts.riverside.org:8443')

describe('contextWords', () => {
  test('returns the names of the user and the site, the user’s first [V6.1.2]', () => {
    expect(words.slice(0, 3)).toEqual(['jane.doe77', 'jane', 'doe'])
    expect(words).toEqual(
      expect.arrayContaining([
        ...['j.quistgaard+work', 'quistgaard', 'work', 'mail.oakfield.example', 'oakfield'],
        ...['accounts.riverside.org', 'accounts', 'riverside', 'gatehouse', 'admin', 'administrator', 'guest'],
      ]),
    )
  })

  test('leaves out one and two letters and numbers, which would match by chance', () => {
    expect(words.filter((word) => word.length < 3 || !/[a-z]/.test(word))).toEqual([])
    expect(contextWords({ username: '4711', email: null }, 'http://127.0.0.1:3000')).not.toContain('127.0.0.1')
  })
})

describe('isOnlyContext', () => {
  test.each([
    'Gatehouse2026!',
    'gatehouse-admin',
    'JANE doe 1987',
    'doe.jane!!',
    '24121987Quistgaard',
    'quistgaard@oakfield',
    'Riverside_Accounts_1',
    '1administrator1',
  ])('is so for %s', (password) => {
    expect(isOnlyContext(password, words)).toBe(true)
  })

  test.each([
    'gatehouse of tangerines',
    'quistgaard 8471 0932 5',
    'planning a banner',
    '4711 0815 2357',
    'riverside#%&=*;:!?',
    '',
  ])('is not so for %s: something else is there', (password) => {
    expect(isOnlyContext(password, words)).toBe(false)
  })
})
