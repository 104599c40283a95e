// The fields of a profile, declared once and in the order of the form. The record, the three stores, the pages, the export and
// the import follow from here (docs/adding-a-profile-field.md).
import { z } from 'zod'
import { plainDigits, unwanted, unwantedInLines } from './typed-text.ts'

interface FieldRule {
  /** One line of text, several lines, or a whole number from 0 on. */
  kind: 'line' | 'text' | 'number'
  /** The most characters (code points) or the highest number that the form takes. */
  max: number
  /** What a store holds at most, in UTF-16 units: users of an older system have longer texts. Absent: ten times `max`. */
  storedMax?: number
  autoComplete?: string
  /** For every field after the first release. Older records and forms lack it: it is empty in the one, unchanged by the other. */
  isLater?: true
}

/** Each field has its words under `profile_fields` of lib/words/en.ts and, in snake case, its errors in en-errors.ts. */
export const profileFields = {
  fullName: { kind: 'line', max: 100, storedMax: 1_000, autoComplete: 'name' },
  bio: { kind: 'text', max: 2000, storedMax: 100_000 },
  age: { kind: 'number', max: 150 },
} as const satisfies Record<string, FieldRule>

type Fields = typeof profileFields
export type ProfileField = keyof Fields
type ValueOf<Name extends ProfileField> = Fields[Name] extends { kind: 'number' } ? number | null : string
type LaterField = { [Name in ProfileField]: Fields[Name] extends { isLater: true } ? Name : never }[ProfileField]
type Shape = {
  [Name in ProfileField]: Name extends LaterField
    ? z.ZodExactOptional<z.ZodType<ValueOf<Name>, string>>
    : z.ZodType<ValueOf<Name>, string>
}

export const profileFieldNames = Object.keys(profileFields) as ProfileField[]

export function ruleOf(name: ProfileField): FieldRule {
  return profileFields[name]
}

export function emptyProfile(): { [Name in ProfileField]: ValueOf<Name> } {
  const empty = profileFieldNames.map((name) => [name, ruleOf(name).kind === 'number' ? null : ''])
  return Object.fromEntries(empty) as ReturnType<typeof emptyProfile>
}

/** Lengths count code points, after normalising to NFC. Issues carry a code and its numbers, which the page puts in words. */
export const profileSchema = z.object(
  Object.fromEntries(
    profileFieldNames.map((name) => {
      const rule = ruleOf(name)
      const schema = rule.kind === 'number' ? numberSchema(name, rule) : textSchema(name, rule)
      return [name, rule.isLater ? schema.exactOptional() : schema]
    }),
  ) as unknown as Shape,
)

function textSchema(name: ProfileField, { kind, max }: FieldRule) {
  const isLine = kind === 'line'
  return z
    .string()
    .transform((text) => normalized((isLine ? text : text.replaceAll('\r\n', '\n')).trim(), max))
    .check(({ value, issues }) => {
      const count = [...value].length
      if ((isLine ? unwanted : unwantedInLines).test(value)) issues.push(issue(value, `${snake(name)}_characters`))
      else if (count > max) issues.push(issue(value, `${snake(name)}_long`, { max, count }))
    })
}

function numberSchema(name: ProfileField, { max }: FieldRule) {
  return z
    .string()
    .transform((text) => plainDigits(text).trim())
    .check(({ value, issues }) => {
      const isInRange = /^\d+$/.test(value) && value.length <= String(max).length && Number(value) <= max
      if (value !== '' && !isInRange) issues.push(issue(value, `${snake(name)}_rule`))
    })
    .transform((text) => (text === '' ? null : Number(text)))
}

/**
 * Skips text that is far too long and rejected anyway, or has more combining marks in a row than Unicode's Stream-Safe
 * Text Format allows (UAX 15): normalisation time grows with the square of those.
 */
function normalized(text: string, max: number): string {
  return text.length > 4 * max || /\p{M}{31}/u.test(text) ? text : text.normalize('NFC')
}

function issue(input: string, code: string, params: Record<string, number> = {}) {
  return { code: 'custom' as const, input, message: code, params }
}

function snake(name: ProfileField): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
