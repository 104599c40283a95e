import { describe, expect, test, vi } from 'vitest'
import {
  changePasswordSchema,
  changeUsernameSchema,
  confirmSchema,
  forgotSchema,
  giveAddressSchema,
  logInSchema,
  resetSchema,
  signUpSchema,
  verifySchema,
} from './forms.ts'
import { profileSchema } from './profile.ts'

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

  test('gives the canonical username', () => {
    expect(parse({ username: 'Alice.B-2' })).toMatchObject({ success: true, data: { username: 'alice.b-2' } })
  })

  test.each([
    'al',
    'a'.repeat(33),
    '.alice',
    '_alice',
    '__proto__',
    'al ice',
    ' alice',
    'alice ',
    'al\u200bice',
    '%61lice',
    'ａdmin',
    'аdmin',
    'admın',
    'ADMİN',
    'ⓐdmin',
    '\u212aelvin', // the Kelvin sign, which folds to k
    'a/../b',
    'alice\n',
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

  test('tells everything that is wrong at once [V2.2.3]', () => {
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
  test('asks for both, and judges neither', () => {
    expect(faultsOf(logInSchema.safeParse({ username: ' ', password: '' }))).toEqual({
      username: 'username_missing',
      password: 'password_missing',
    })
    expect(logInSchema.safeParse({ username: '<any> ', password: 'x' })).toMatchObject({ data: { username: '<any>' } })
  })
})

describe('profileSchema', () => {
  const parse = (fields: object) => profileSchema.safeParse({ fullName: '', bio: '', age: '', ...fields })

  test.each(['\0', '\uD83D', '\uDE00'])('refuses what no store takes: %j', (text) => {
    const issues = parse({ fullName: `a${text}`, bio: `a${text}` }).error?.issues
    expect(issues?.map(({ message }) => message)).toEqual(['full_name_characters', 'bio_characters'])
  })

  test('takes an empty profile', () => {
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

  test('makes one form of line breaks and of letters', () => {
    expect(parse({ bio: 'one\r\ntwo\n\n\tthree\r\n', fullName: ' Zoe\u0308 ' })).toMatchObject({
      data: { bio: 'one\ntwo\n\n\tthree', fullName: 'Zoë' },
    })
  })

  test.each([
    ['0', 0],
    ['150', 150],
    [' 42 ', 42],
    ['007', 7],
  ])('reads the age %j', (age, expected) => {
    expect(parse({ age })).toMatchObject({ data: { age: expected } })
  })

  test.each(['151', '-1', '1.5', '1e2', '0x10', '٣', 'abc', '1 2', '99999'])(
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

  test('counts the bio after making line breaks one character', () => {
    expect(parse({ bio: `${'x\r\n'.repeat(999)}ab` }).success).toBe(true)
  })
})

/** The time that normalizing takes grows with the square of the marks in a row. */
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
    'another username': changeUsernameSchema,
    'another address': giveAddressSchema,
    confirmation: confirmSchema,
    code: verifySchema,
    profile: profileSchema,
  }

  test.each(Object.entries(schemas))('is normalized by no form before its length is checked: %s', (_name, schema) => {
    const normalize = vi.spyOn(String.prototype, 'normalize')
    schema.safeParse(Object.fromEntries(Object.keys(schema.shape).map((field) => [field, typed[field] ?? 'x'])))
    const longest = Math.max(0, ...normalize.mock.contexts.map((text) => String(text).length))
    normalize.mockRestore()
    expect(longest).toBeLessThan(1100)
  })
})

test('a name or address is looked for only if somebody may have it', () => {
  expect(forgotSchema.safeParse({ email: 'a'.repeat(254) }).success).toBe(true)
  expect(forgotSchema.safeParse({ email: 'a'.repeat(255) }).success).toBe(false)
})
