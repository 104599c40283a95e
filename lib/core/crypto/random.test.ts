import { describe, expect, test } from 'vitest'
import { newCode, newId, newToken } from './random.ts'

/** The allowed deviation from the expected count of such an event: seven standard deviations. */
const tolerance = (count: number, probability: number) => 7 * Math.sqrt(count * probability * (1 - probability))

describe('newToken and newId', () => {
  test.each([
    ['tokens', newToken, 'base64url', 256],
    ['ids', newId, 'hex', 128],
  ] as const)(
    'a hundred thousand %s differ, and every bit is random [V7.2.2, V7.2.3, V11.5.1, V11.5.2]',
    (_, make, encoding, bits) => {
      const made = Array.from({ length: 100_000 }, make)
      expect(new Set(made).size).toBe(made.length)
      const looked = made.slice(0, 4000).map((text) => Buffer.from(text, encoding))
      expect(new Set(looked.map(({ length }) => length * 8))).toEqual(new Set([bits]))
      for (let bit = 0; bit < bits; bit += 1) {
        const ones = looked.filter((bytes) => (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1).length
        expect(Math.abs(ones - looked.length / 2), `bit ${bit}`).toBeLessThan(tolerance(looked.length, 0.5))
      }
    },
  )
})

describe('newCode', () => {
  test('has eight digits (26 bits), evenly distributed in every place [V6.5.3, V6.5.4]', () => {
    const codes = Array.from({ length: 10_000 }, newCode)
    expect(codes.filter((code) => !/^\d{8}$/.test(code))).toEqual([])
    for (let place = 0; place < 8; place += 1) {
      for (const digit of '0123456789') {
        const times = codes.filter((code) => code[place] === digit).length
        expect(Math.abs(times - codes.length / 10), `${digit} at ${place}`).toBeLessThan(tolerance(codes.length, 0.1))
      }
    }
  })
})
