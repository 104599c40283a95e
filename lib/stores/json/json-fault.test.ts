import { expect, it } from 'vitest'

import { findJsonFault } from './json-fault.ts'

const sample = '{"aa":[1,-2.5e+3,true,null,"x\\u00fc\\n\\"{"],"bb":{"cc":{},"dd":[]},"ff":[[],{"aa":""}]}'

it('finds an error exactly where JSON.parse does', () => {
  const replacements = ['', ' ', '"', '\\', '{', '}', '[', ']', ':', ',', '0', '-', 'e', '\n', '\u0000', 'x', '1,']
  for (let at = 0; at <= sample.length; at++) {
    for (const replacement of replacements) {
      for (const text of [
        sample.slice(0, at) + replacement + sample.slice(at + 1),
        sample.slice(0, at) + replacement,
      ]) {
        expect([text, findJsonFault(text) === null]).toEqual([text, isJson(text)])
      }
    }
  }
})

it('finds a repeated key in an object, also with another escaping', () => {
  expect(findJsonFault('{"a":{"b":1},\n "\\u0061":2}')).toEqual({
    line: 2,
    column: 2,
    fault: 'the key "\\u0061" appears twice in one object',
  })
  expect(findJsonFault('[{"a":1},{"a":{"a":1}}]')).toBeNull()
  expect(findJsonFault('{"__proto__":1,"__proto__":2}')?.column).toBe(16)
})

it('handles any depth and length', () => {
  expect(findJsonFault('['.repeat(1_000_000))).toMatchObject({ column: 1_000_001, fault: 'the file ends too early' })
  expect(findJsonFault(`["${'x\\n'.repeat(2_000_000)}"]`)).toBeNull()
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
