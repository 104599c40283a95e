import { describe, expect, test, vi } from 'vitest'
import { profileSchema } from '../core/profile.ts'
import {
  addEmailSchema,
  changePasswordSchema,
  confirmSchema,
  forgotSchema,
  logInSchema,
  resetSchema,
  signUpSchema,
  usernameSchema,
  verifySchema,
} from './forms.ts'

type Outcome = { success: boolean; error?: { issues: { path: PropertyKey[]; message: string }[] } }
const faultsOf = (outcome: Outcome) =>
  Object.fromEntries((outcome.error?.issues ?? []).map((issue) => [String(issue.path[0]), issue.message]))

describe('signUpSchema', () => {
  const parse = (fields: object) =>
    signUpSchema({ passwordMinLength: 8, emailRequired: false }).safeParse({
      username: 'alice',
      password: 'long enough',
      confirmPassword: 'long enough',
      ...fields,
    })

  test('returns the canonical username', () => {
    expect(parse({ username: 'Alice.B-2' })).toMatchObject({ success: true, data: { username: 'alice.b-2' } })
  })

  test.each(['alice ', ' alice', '\u00a0alice\u3000', 'alice\u200b', '\ufeffalice\n'])(
    'takes the space from %j',
    (username) => {
      expect(parse({ username })).toMatchObject({ success: true, data: { username: 'alice' } })
    },
  )

  test('keeps spaces in passwords', () => {
    const password = '\u00a0long enough\u200b '
    expect(parse({ password, confirmPassword: password })).toMatchObject({ success: true, data: { password } })
    expect(faultsOf(parse({ password, confirmPassword: password.trim() }))).toEqual({
      confirmPassword: 'passwords_differ',
    })
  })

  test.each([
    ['', ''],
    [' \u200b', ''],
    [' info@россия.рф\u00a0', 'info@россия.рф'],
    ['tom&jerry@example.org', 'tom&jerry@example.org'],
  ])('takes the address %j', (email, expected) => {
    expect(parse({ email })).toMatchObject({ success: true, data: { email: expected } })
  })

  test.each([
    ['none', 'email_rule'],
    ['žofie@example.org', 'email_letters'],
    ['a@example.org, b@example.org', 'email_rule'],
  ])('refuses the address %j, and says why', (email, code) => {
    expect(faultsOf(parse({ email }))).toEqual({ email: code })
  })

  test.each([
    'al',
    'a'.repeat(33),
    '.alice',
    '_alice',
    '__proto__',
    'al ice',
    'al\u200bice',
    '%61lice',
    'ａdmin',
    'аdmin',
    'admın',
    'ADMİN',
    'ⓐdmin',
    'The Kelvin sign, which Unicode folds to k', // the Kelvin sign, which folds to k
    'a/../b',
    '',
  ])('refuses the username %j [V1.1.1, V2.2.1, T24]', (username) => {
    expect(faultsOf(parse({ username }))).toEqual({ username: 'username_rule' })
  })

  test.each(['constructor', 'tostring', '0x', 'con'].map((name) => name.padEnd(3, '1')))(
    'takes the username %s',
    (username) => {
      expect(parse({ username }).success).toBe(true)
    },
  )

  test('reports all errors at once [V2.2.3]', () => {
    expect(faultsOf(parse({ username: '!', password: 'short', confirmPassword: 'shorter' }))).toEqual({
      username: 'username_rule',
      password: 'password_short',
      confirmPassword: 'passwords_differ',
    })
  })

  test.each([
    ['seven characters', '1234567', 'password_short'],
    ['four emoji, which are eight code units', '😀😀😀😀', 'password_short'],
    ['257 characters', 'x'.repeat(257), 'password_long'],
    ['a lone surrogate', 'good\ud800enough', 'password_characters'],
    ['the replacement character', 'good\ufffdenough', 'password_characters'],
    ['the username in capitals', 'x-ALICE-x', 'password_has_username'],
  ])('refuses a password of %s [V2.2.1, V2.2.3]', (_what, password, code) => {
    expect(faultsOf(parse({ password, confirmPassword: password }))).toEqual({ password: code })
  })

  test.each([
    ['eight emoji', '😀😁😂🤣😃😄😅😆'],
    ['256 code points outside the first plane', '😀'.repeat(256)],
    ['spaces at both ends', '  spaces kept  '],
    ['a NUL', 'nul\u0000inside'],
    ['a script without case', 'пароль-пароль'],
  ])('takes a password of %s', (_what, password) => {
    expect(parse({ password, confirmPassword: password })).toMatchObject({ success: true, data: { password } })
  })
})

describe('logInSchema', () => {
  test('requires both fields and checks neither', () => {
    expect(faultsOf(logInSchema.safeParse({ username: ' ', password: '' }))).toEqual({
      username: 'username_or_email_missing',
      password: 'password_missing',
    })
    expect(logInSchema.safeParse({ username: '<any> ', password: 'x' })).toMatchObject({ data: { username: '<any>' } })
  })
})

describe('forgotSchema', () => {
  test('trims the username', () => {
    expect(forgotSchema.safeParse({ email: '\u3000alice\u00a0' })).toMatchObject({ data: { email: 'alice' } })
    expect(faultsOf(forgotSchema.safeParse({ email: '\u200b' }))).toEqual({ email: 'username_or_email_missing' })
  })
})

describe('verifySchema', () => {
  test.each(['12345678', '1234 5678', 'Code: ١٢٣٤ ٥٦٧٨'])('reads the code %j', (code) => {
    expect(verifySchema.safeParse({ code })).toMatchObject({ data: { code: '12345678' } })
  })

  test.each(['', '1234567', '123456789', 'none'])('rejects %j', (code) => {
    expect(faultsOf(verifySchema.safeParse({ code }))).toEqual({ code: 'code_rule' })
  })
})

describe('profileSchema', () => {
  const empty = Object.fromEntries(Object.keys(profileSchema.shape).map((field) => [field, '']))
  const parse = (fields: object) => profileSchema.safeParse({ ...empty, ...fields })

  test.each(['\0', '\uD83D', '\uDE00'])('rejects text that no store accepts: %j', (text) => {
    const issues = parse({ fullName: `a${text}`, bio: `a${text}` }).error?.issues
    expect(issues?.map(({ message }) => message)).toEqual(['full_name_characters', 'bio_characters'])
  })

  test('accepts an empty profile', () => {
    expect(parse({})).toMatchObject({ data: { fullName: '', bio: '', age: null } })
  })

  test.each([
    ['a name in any script', { fullName: 'محمد بن أحمد 王小明 Zoë' }],
    ['100 code points', { fullName: '🦊'.repeat(100) }],
    ['a family of emoji, joined', { fullName: '👩‍👩‍👧 Smith' }],
    ['markup as text', { fullName: '<b>&"\'' }],
  ])('keeps %s', (_what, fields) => {
    expect(parse(fields)).toMatchObject({ success: true, data: fields })
  })

  test('normalizes line breaks and letters', () => {
    expect(parse({ bio: 'one\r\ntwo\n\n\tthree\r\n', fullName: ' Zoe\u0308 ' })).toMatchObject({
      data: { bio: 'one\ntwo\n\n\tthree', fullName: 'Zoë' },
    })
  })

  test.each([
    ['0', 0],
    ['150', 150],
    [' 42 ', 42],
    ['007', 7],
    ['٣٥', 35],
    ['４２', 42],
  ])('reads the age %j', (age, expected) => {
    expect(parse({ age })).toMatchObject({ data: { age: expected } })
  })

  test.each(['151', '-1', '1.5', '1e2', '0x10', '٣-', 'abc', '1 2', '99999'])(
    'refuses the age %j [V1.4.2, V2.2.1]',
    (age) => {
      expect(faultsOf(parse({ age }))).toEqual({ age: 'age_rule' })
    },
  )

  test.each([
    ['101 characters', { fullName: 'x'.repeat(101) }, { fullName: 'full_name_long' }],
    ['a line break in a name', { fullName: 'a\nb' }, { fullName: 'full_name_characters' }],
    ['an override of direction', { fullName: 'a\u202eb' }, { fullName: 'full_name_characters' }],
    ['an escape', { bio: 'a\u001b[31m' }, { bio: 'bio_characters' }],
    ['text that was broken on the way', { bio: 'a\ufffd' }, { bio: 'bio_characters' }],
    ['2,001 characters', { bio: 'x'.repeat(2001) }, { bio: 'bio_long' }],
  ])('refuses %s', (_what, fields, faults) => {
    expect(faultsOf(parse(fields))).toEqual(faults)
  })

  test('counts the bio after it normalizes line breaks', () => {
    expect(parse({ bio: `${'x\r\n'.repeat(999)}ab` }).success).toBe(true)
  })
})

/** Normalizing takes time quadratic in the number of consecutive combining marks. */
describe.each([
  ['one mark after another', '\u0301'.repeat(9999)],
  ['marks in the wrong order', `${'\u0301'.repeat(5000)}${'\u0316'.repeat(4999)}`],
  ['as many as a bio may be long', `${'\u0301'.repeat(4000)}${'\u0316'.repeat(3999)}`],
])('a text of marks in every field: %s', (_, marks) => {
  const fields = [
    'username',
    'email',
    'code',
    'password',
    'currentPassword',
    'confirmPassword',
    'fullName',
    'bio',
    'age',
  ]
  const typed = Object.fromEntries(fields.map((field) => [field, `a${marks}`]))
  const schemas = {
    'sign-up': signUpSchema({ passwordMinLength: 8, emailRequired: false }),
    'log-in': logInSchema,
    'forgotten password': forgotSchema,
    reset: resetSchema(8),
    'another password': changePasswordSchema(8),
    'another username': usernameSchema,
    'another address': addEmailSchema,
    confirmation: confirmSchema,
    code: verifySchema,
    profile: profileSchema,
  }

  test.each(Object.entries(schemas))('checks the length before it normalizes: %s', (_name, schema) => {
    const normalize = vi.spyOn(String.prototype, 'normalize')
    schema.safeParse(Object.fromEntries(Object.keys(schema.shape).map((field) => [field, typed[field] ?? 'x'])))
    const longest = Math.max(0, ...normalize.mock.contexts.map((text) => String(text).length))
    normalize.mockRestore()
    expect(longest).toBeLessThan(1100)
  })
})

test('looks up a username or address only if it can exist', () => {
  expect(forgotSchema.safeParse({ email: 'a'.repeat(254) }).success).toBe(true)
  expect(forgotSchema.safeParse({ email: 'a'.repeat(255) }).success).toBe(false)
})
