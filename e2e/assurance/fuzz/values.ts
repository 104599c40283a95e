// Values for form fields: valid, nearly valid and hostile. Values are descriptions, so that a failing case is readable:
// a username, a letter ten thousand times.
import fc from 'fast-check'

/** Filled in from the actor when the request is sent. `shown` is the value on the form's page. */
export const knownNames = [
  'shown',
  'username',
  'password',
  'code',
  'subject',
  'bystanderId',
  'bystanderName',
  'bystanderSession',
] as const
export type Known = (typeof knownNames)[number]

export type Value =
  | { text: string }
  | { repeated: string; times: number }
  | { bytes: number[] }
  | { file: string }
  | { known: Known; before?: string; after?: string }

export type Field = [name: string, value: Value]

const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u0007',
  'a\r\nSet-Cookie: session=x',
  'a@example.org\r\nBcc: b@example.org',
  '--\r\nContent-Disposition: form-data; name="role"\r\n\r\nadmin',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'constructor[prototype][role]',
  "' OR 1=1 --",
  "'; DROP TABLE users; --",
  "\\'; SELECT pg_sleep(9) --",
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</textarea><svg onload=alert(1)>',
  '%s%s%n%d',
  '%00',
  '%E0%A4%A',
  `\${7*7}`,
  '{{7*7}}',
  '{min, number}',
  '<person>x</person>',
  '$',
  '$$',
  '$F1',
  '$K1',
  '$@1',
  '$1:a:a',
  '$undefined',
  '../../../etc/passwd',
  '//evil.test',
  '/\\evil.test',
  '/\t/evil.test',
  'https://evil.test/',
  'javascript:alert(1)',
  '/profile?__proto__=x',
  'a@[127.0.0.1]',
  '"a b"@example.org',
  '\u202eadmin',
  'adm\u200bin',
  'ａdmin',
  'ADMİN',
  '\ufeffx',
  '١٢',
  '1e999',
  '-0',
  '1.5',
  '0x10',
  '00',
  '+1',
  'NaN',
  'Infinity',
  '-1',
  '151',
  '9007199254740993',
  '999999999999999999999999999999',
  '2026-02-30',
  '0000-01-01',
  '+275760-09-14',
  '9999-12-31',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '{"$ne":null}',
]

const hostileBytes = [
  [0xed, 0xa0, 0x80],
  [0xff, 0xfe],
  [0xc3, 0x28],
  [0xc0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
]

/** One over each limit of the site, up to the limit of a request. */
const lengths = [5, 33, 65, 101, 255, 257, 501, 1001, 1025, 10_001, 120_000]
/** `\u0301` and `\u0316`: normalizing them takes quadratic time. */
const repeated = ['x', '9', ' ', 'é', '👩‍👩‍👧', '\u0301\u0316', '[', '$', '<', '%']

export const hostileValue: fc.Arbitrary<Value> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...hostileTexts).map((text) => ({ text })) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => ({ text })) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => ({ text })) },
  {
    weight: 2,
    arbitrary: fc.record({ repeated: fc.constantFrom(...repeated), times: fc.constantFrom(...lengths) }),
  },
  { weight: 1, arbitrary: fc.constantFrom(...hostileBytes).map((bytes) => ({ bytes: [...bytes] })) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => ({ bytes: [...bytes] })) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((file) => ({ file })) },
  { weight: 2, arbitrary: fc.constantFrom(...knownNames).map((known) => ({ known })) },
)

/** Names that no form has or that mean something elsewhere: to objects, to React, or for more rights. */
export const hostileName = fc.oneof(
  fc.constantFrom(
    ...['role', 'id', 'userId', 'passwordHash', 'emailVerifiedAt', 'status', 'formTag'],
    ...['__proto__', 'constructor', 'prototype', 'toString', '', 'username[]', 'profile.fullName', '0', '1', '_1_role'],
    ...['$ACTION_KEY', '$ACTION_REF_1', '$ACTION_1:0', '$ACTION_1:1', '$ACTION_ID_x', '$ACTION_REF___proto__', 'a"b'],
  ),
  fc.string({ maxLength: 12 }),
)

/** Variations of the same text. */
export function nearly(value: Value, salt: number): Value {
  const changes: ((text: string) => string)[] = [
    (text) => ` ${text}`,
    (text) => `${text} `,
    (text) => text.slice(1),
    (text) => text.slice(0, -1),
    (text) => text.toUpperCase(),
    (text) => `${text}\u0301`,
    (text) => `${text}\u0000`,
    (text) => text + text,
  ]
  if ('known' in value) return salt % 2 === 0 ? { ...value, after: 'x' } : { ...value, before: ' ' }
  if ('text' in value) return { text: changes[salt % changes.length]?.(value.text) ?? '' }
  return value
}

export const text = (value: string): Value => ({ text: value })
export const known = (name: Known): Value => ({ known: name })
