// The rules of fields that docs/security/access.md gives are those of the forms.
import { expect, test } from 'vitest'
import { z } from 'zod'
import * as accountForms from '#lib/auth/forms.ts'
import { passwordMaxLength } from '#lib/auth/passwords/password-rules.ts'
import { canonicalUsername } from '#lib/auth/username.ts'
import { commands } from '#lib/commands.ts'
import { readSettings } from '#lib/config.ts'
import { ageMax, bioMax, fullNameMax, profileSchema } from '#lib/features/profile/profile.ts'
import { en } from '#lib/words/en.ts'
import { read, tableUnder, tableWithHead } from './tables.ts'

const document = 'docs/security/access.md'
const fields = new Map(tableUnder('What a field may hold', document).map(([name = '', rule = '']) => [name, rule]))

test('every field of every form has its rule [V2.1.1]', () => {
  const forSignUp = accountForms.signUpSchema({ passwordMinLength: 8, emailRequired: false })
  const made = [forSignUp, accountForms.resetSchema(8), accountForms.changePasswordSchema(8), profileSchema]
  const exported: unknown[] = [...Object.values(accountForms), ...Object.values(commands).map(({ input }) => input)]
  const schemas = [...made, ...exported].filter((value) => value instanceof z.ZodObject)
  const inCode = new Set(schemas.flatMap((schema) => Object.keys(schema.shape)))
  expect([...fields.keys()].toSorted()).toEqual([...inCode].toSorted())
})

test('the numbers in the rules are those of the code [V2.1.1]', () => {
  expect(fields.get('fullName')).toContain(`up to ${fullNameMax};`)
  expect(fields.get('bio')).toContain(`up to ${bioMax};`)
  expect(fields.get('age')).toContain(`0 to ${ageMax}`)
  expect(fields.get('password')).toMatch(
    new RegExp(`^${readSettings({}).passwordMinLength} \\(.*\\) to ${passwordMaxLength};`),
  )
  expect(['ab', 'abc', 'a'.repeat(32), 'a'.repeat(33)].map((name) => canonicalUsername(name) !== null)).toEqual([
    false,
    true,
    true,
    false,
  ])
  expect(fields.get('username')).toMatch(/^3 to 32 /)
  const address = (length: number) => `${'a'.repeat(length - '@example.com'.length)}@example.com`
  expect(fields.get('email')).toContain('up to 254 ')
  expect(commands['email.add'].input.safeParse({ email: address(255) }).success).toBe(false)
  expect(fields.get('reason')).toMatch(/^1 to 500 /)
  const withReason = (length: number) =>
    commands['impersonation.start'].input.safeParse({ id: 'x', reason: 'a'.repeat(length) })
  expect([500, 501].map((length) => withReason(length).success)).toEqual([true, false])
  expect(read(document)).toContain('10,000 characters')
  expect(read('lib/web/form.ts')).toContain('maxTextLength = 10_000')
})

test('every rule between fields names a refusal that the site has words for [V2.1.2]', () => {
  const codes = tableWithHead('rule', document).map(([, code = '']) => code)
  expect(codes.filter((code) => !(code in en.errors))).toEqual([])
  const among = (file: string, type: string) =>
    [...(new RegExp(`type ${type} =([^]*?)\n\n`).exec(read(file))?.[1] ?? '').matchAll(/'(\w+)'/g)].map((m) => m[1])
  const ofPairs = [
    ...among('lib/features/user-admin/user-admin.ts', 'ChangeFault').filter((code) => code !== 'person_gone'),
    ...among('lib/auth/accounts.ts', 'SignUpFault'),
  ]
  expect(ofPairs.length).toBeGreaterThan(2)
  expect(ofPairs.filter((code = '') => !codes.includes(code))).toEqual([])
})
