// Parts of command inputs. Issues carry a code of the catalogue's errors.
import { z } from 'zod'
import { roles } from '../stores/types.ts'
import { unwantedInLines } from './typed-text.ts'

const reasonMax = 500

/** Of whom or what the command concerns. */
export const id = z.string().min(1, 'field_missing')
export const idInput = z.strictObject({ id })
export const role = z.enum(roles, 'role_rule')
export const reason = z
  .string()
  .trim()
  .min(1, 'reason_missing')
  .refine((text) => !unwantedInLines.test(text), 'reason_characters')
  .refine((text) => text.length <= reasonMax, { message: 'reason_long', params: { max: reasonMax } })
