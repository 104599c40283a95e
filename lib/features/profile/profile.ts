// The rules of the profile form.
import { z } from 'zod'
import { plainDigits, unwanted, unwantedInLines } from '../../core/typed-text.ts'

export const fullNameMax = 100
export const bioMax = 2000
export const ageMax = 150

/** Lengths count code points after NFC normalisation. Issues carry a code and its numbers for the message. */
export const profileSchema = z.object({
  fullName: z
    .string()
    .transform((text) => normalized(text.trim(), fullNameMax))
    .check(({ value, issues }) => {
      if (unwanted.test(value)) issues.push(issue(value, 'full_name_characters'))
      else if (lengthOf(value) > fullNameMax) issues.push(issue(value, 'full_name_long', { max: fullNameMax }))
    }),
  bio: z
    .string()
    .transform((text) => normalized(text.replaceAll('\r\n', '\n').trim(), bioMax))
    .check(({ value, issues }) => {
      const count = lengthOf(value)
      if (unwantedInLines.test(value)) issues.push(issue(value, 'bio_characters'))
      else if (count > bioMax) issues.push(issue(value, 'bio_long', { max: bioMax, count }))
    }),
  age: z
    .string()
    .transform((text) => plainDigits(text).trim())
    .check(({ value, issues }) => {
      if (value !== '' && !(/^\d{1,3}$/.test(value) && Number(value) <= ageMax)) issues.push(issue(value, 'age_rule'))
    })
    .transform((text) => (text === '' ? null : Number(text))),
})

/**
 * Skips text that is far too long and rejected anyway, or has more combining marks in a row than Unicode's Stream-Safe
 * Text Format allows (UAX 15): normalisation time grows with the square of those.
 */
function normalized(text: string, max: number): string {
  return text.length > 4 * max || /\p{M}{31}/u.test(text) ? text : text.normalize('NFC')
}

function lengthOf(text: string): number {
  return [...text].length
}

function issue(input: string, code: string, params: Record<string, number> = {}) {
  return { code: 'custom' as const, input, message: code, params }
}
