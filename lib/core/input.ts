// Common parts of command inputs. Issues carry an error code of the message catalogue.
import { z } from 'zod'
import { roles } from '../stores/types.ts'
import { unwantedInLines } from './typed-text.ts'

const reasonMax = 500

/** The id of the affected user or object. */
export const id = z.string().min(1, 'field_missing')
export const idInput = z.strictObject({ id })
export const role = z.enum(roles, 'role_rule')
export const reason = z
  .string()
  .trim()
  .min(1, 'reason_missing')
  .refine((text) => !unwantedInLines.test(text), 'reason_characters')
  .refine((text) => text.length <= reasonMax, { message: 'reason_long', params: { max: reasonMax } })
