// The rules of the forms with which people are looked after. Issues carry a code of the catalogue's errors. Each takes what
// it gave once more, for an act that waited for the password.
import { z } from 'zod'
import { unwantedInLines } from '../accounts/profile.ts'
import { emailOrNothingSchema } from '../email-address.ts'
import { roles } from '../stores/types.ts'

const id = z.string().min(1, 'field_missing')
const role = z.enum(roles, 'role_rule')
const reasonMax = 500
const reason = z
  .string()
  .trim()
  .min(1, 'reason_missing')
  .refine((text) => !unwantedInLines.test(text), 'reason_characters')
  .refine((text) => text.length <= reasonMax, { message: 'reason_long', params: { max: reasonMax } })

export const personSchema = z.strictObject({ id })
export const roleSchema = z.strictObject({ id, role })
/** The last day of it, as 2026-11-30, or empty until somebody lifts it. */
export const suspendSchema = z.strictObject({
  id,
  reason,
  lastDay: z.union([z.literal(''), z.iso.date('date_rule')], 'date_rule'),
})
export const lookSchema = z.strictObject({ id, reason })
/** Empty for a link that is handed over. */
export const inviteSchema = z.strictObject({
  role,
  email: emailOrNothingSchema,
})
