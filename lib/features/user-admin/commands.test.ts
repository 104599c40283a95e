import { describe, expect, test } from 'vitest'
import { createInvitation } from '../invitations/commands.ts'
import { suspendUser, unlockUser } from './commands.ts'

describe('invalid input has a sentence in the message catalogue', () => {
  const codesOf = (outcome: { error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined }) =>
    outcome.error?.issues.map(({ path, message }) => [path[0], message]) ?? []
  const suspend = (fields: object) => suspendUser.input.safeParse({ id: 'a', reason: 'spam', lastDay: '', ...fields })

  test.each(['x', '2026-02-30', '2026-13-01', '26-01-01', ' ', '9'.repeat(400)])('the last day %j', (lastDay) => {
    expect(codesOf(suspend({ lastDay }))).toEqual([['lastDay', 'date_rule']])
  })

  test.each([
    ['', 'reason_missing'],
    ['a\u0000b', 'reason_characters'],
    ['a\u202eb', 'reason_characters'],
    ['a\ufffdb', 'reason_characters'],
    ['x'.repeat(501), 'reason_long'],
  ])('the reason %j', (reason, code) => {
    expect(codesOf(suspend({ reason }))).toEqual([['reason', code]])
  })

  test.each(['x', 'a@b@c', 'a@b.test\r\nBcc: x@y.test', 'a@b.test%0d%0aBcc:x@y.test', 'a@b.test,c@d.test'])(
    'the address %j [V1.3.11]',
    (email) => {
      expect(codesOf(createInvitation.input.safeParse({ role: 'member', email }))).toEqual([['email', 'email_rule']])
    },
  )

  test('accepts valid input', () => {
    expect(suspend({ lastDay: '2026-11-30', reason: ' two\nlines ' })).toMatchObject({ data: { reason: 'two\nlines' } })
  })

  test('a missing id', () => {
    expect(codesOf(unlockUser.input.safeParse({ id: '' }))).toEqual([['id', 'field_missing']])
  })
})
