import { describe, expect, test, vi } from 'vitest'
import { isOwnActionCall } from './action-call.ts'
import { maxFieldBytes } from './body-limit.ts'

const id = 'a1'.repeat(21)
const state = JSON.stringify({ values: { bio: '$$5 and <b>' }, errors: {}, alert: null })

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}

describe('a form posted by the browser', () => {
  const bound = {
    $ACTION_REF_2: '',
    '$ACTION_2:0': `{"id":"${id}","bound":"$@1"}`,
    '$ACTION_2:1': `[${state}]`,
    $ACTION_KEY: 'k1',
    username: '$1',
  }
  const isOwn = (fields: Record<string, string>) => isOwnActionCall(formOf(fields), { byScript: false })

  test('is accepted with or without its state', () => {
    expect(isOwn(bound)).toBe(true)
    expect(isOwn({ [`$ACTION_ID_${id}`]: '', theme: 'dark' })).toBe(true)
  })

  test.each<[string, Record<string, string>]>([
    ['no action', { username: 'alice' }],
    ['an id that is none', { $ACTION_ID_deadbeef: '' }],
    ['two actions', { ...bound, [`$ACTION_ID_${id}`]: '' }],
    ['a state that is not JSON', { ...bound, '$ACTION_2:1': '[{' }],
    ['a state of escaped quotes without an end', { ...bound, '$ACTION_2:1': `["${'\\"'.repeat(30_000)}` }],
    ['a state of another shape', { ...bound, '$ACTION_2:1': '[{"values":{}}]' }],
    ['a state nested without end', { ...bound, '$ACTION_2:1': '['.repeat(200_000) }],
    ['a reference in its state', { ...bound, '$ACTION_2:1': `[{"values":{"bio":"$F2"},"errors":{},"alert":null}]` }],
    ['a single $', { ...bound, '$ACTION_2:1': `[{"values":{"bio":"$"},"errors":{},"alert":null}]` }],
    ['a reference to another part', { ...bound, '$ACTION_2:0': `{"id":"${id}","bound":"$@3"}` }],
    ['a part too many', { ...bound, '$ACTION_2:2': '[]' }],
    ['a part missing', { ...bound, '$ACTION_2:1': '', '$ACTION_2:0': '' }],
  ])('is rejected with %s', (_what, fields) => {
    expect(isOwn(fields)).toBe(false)
  })

  test('is accepted with the longest texts of a form', () => {
    const long = JSON.stringify([
      { values: { fullName: 'x'.repeat(10_000), bio: '"\n'.repeat(5000) }, errors: {}, alert: null },
    ])
    expect(isOwn({ ...bound, '$ACTION_2:1': long })).toBe(true)
  })

  test.each<[string, string]>([
    ['nested without end', '['.repeat(50_000)],
    [
      'with thousands of names',
      JSON.stringify([{ values: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [n, ''])) }]),
    ],
    ['with thousands of numbers', `[${'1,'.repeat(20_000)}1]`],
    ['that is too long', `["${'x'.repeat(maxFieldBytes)}"]`],
  ])('is rejected with a state %s before parsing', (_what, json) => {
    const parser = vi.spyOn(JSON, 'parse')
    expect(isOwn({ ...bound, '$ACTION_2:1': json })).toBe(false)
    const longest = Math.max(...parser.mock.calls.map(([text]) => text.length))
    parser.mockRestore()
    expect(longest).toBeLessThan(100)
  })
})

describe('a call by script', () => {
  const isOwn = (fields: Record<string, string>) => isOwnActionCall(formOf(fields), { byScript: true })

  test('is accepted with fields, with and without a state', () => {
    expect(isOwn({ '0': `[${state},"$K1"]`, _1_username: '$1' })).toBe(true)
    expect(isOwn({ '0': '["$K1"]', _1_theme: 'dark' })).toBe(true)
  })

  test.each<[string, Record<string, string>]>([
    ['no arguments', { _1_username: 'alice' }],
    ['arguments of its own', { '0': '[null,5]' }],
    ['an unknown reference', { '0': '["$K1","$K2","$Zx"]' }],
    ['a path into another part', { '0': '["$1:a:a"]', '1': '{}' }],
    ['another part', { '0': '["$K1"]', '1': '{}' }],
    ['text that is not JSON', { '0': '{{{' }],
  ])('is rejected with %s', (_what, fields) => {
    expect(isOwn(fields)).toBe(false)
  })
})
