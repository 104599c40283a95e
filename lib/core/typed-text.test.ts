import { describe, expect, test } from 'vitest'
import { findCode, plainDigits, trimTyped } from './typed-text.ts'

test('trimTyped removes invisible characters at both ends only', () => {
  const unseen = ' \t\r\n\u00a0\u1680\u2003\u2028\u3000\u00ad\u200b\u200c\u200d\u200e\u2060\u2066\ufeff\ufe0f'
  expect(trimTyped(`${unseen}a${unseen}b${unseen}`)).toBe(`a${unseen}b`)
  expect(trimTyped(unseen)).toBe('')
  expect(trimTyped('\u0000a')).toBe('\u0000a')
})

test('plainDigits converts digits of every script', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point)
    if (/^\p{Nd}$/u.test(character)) expect(plainDigits(character), point.toString(16)).toMatch(/^[0-9]$/)
  }
  const zeros = ['٠', '۰', '߀', '०', '০', '੦', '௦', '๐', '០', '᠐', '０', '𝟎', '𝟘', '𞥐']
  for (const zero of zeros) {
    const digits = Array.from({ length: 10 }, (_, value) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + value))
    expect(plainDigits(digits.join('')), zero).toBe('0123456789')
  }
})

test('plainDigits leaves overlong text unchanged', () => {
  const slow = `1${'\u0315\u0300'.repeat(5000)}`
  expect(plainDigits(slow)).toBe(slow)
})

describe('findCode', () => {
  test.each([
    '01234567',
    ' 0123 4567\n',
    '0123-4567',
    '0123–4567',
    '0123\u00a04567',
    '0123\u200b4567',
    '\u2068\u202d01234567\u202c\u2069',
    '0 1 2 3 4 5 6 7',
    '٠١٢٣ ٤٥٦٧',
    '۰۱۲۳۴۵۶۷',
    '०१२३४५६७',
    '０１２３　４５６７',
    'Your code: 0123 4567',
    'Code 0123 4567 (good for 10 minutes)',
    'Enter this code of 8 digits: 0123 4567. The link is https://example.org/verify-email?code=01234567',
    '0️1️2️3️4️5️6️7️',
  ])('reads %j', (typed) => {
    expect(findCode(typed, 8)).toBe('01234567')
  })

  test.each(['', '0123456', '012345678', '0123 4567 8', '01234567 or 76543210,01234567', 'abcdefgh', '12.34'])(
    'finds none in %j',
    (typed) => {
      expect(findCode(typed, 8)).toBeNull()
    },
  )
})
