// Users as versions before schema 8 wrote them, with the counts of wrong passwords that are lockout records now.

import { z } from 'zod'

import { userSchema } from './kinds.ts'
import { lockoutId } from './records.ts'
import type { LockoutRecord } from './types.ts'

const failures = z.strictObject({ count: z.int().min(0), lastAt: z.int() })
const wrongPasswords = z.strictObject({ new: failures, known: failures }).nullish()
const countsSchema = userSchema.pick({ id: true, passwordChangedAt: true }).extend({ wrongPasswords }).strip()

/** Accepts a user of this version or an earlier one and returns one of this version. */
export const olderUserSchema = userSchema.extend({ wrongPasswords }).transform(({ wrongPasswords: _, ...user }) => user)

/** The lockouts inside a record that fits the schema above. */
export function lockoutsIn(user: unknown): LockoutRecord[] {
  const { id: userId, passwordChangedAt, wrongPasswords } = countsSchema.parse(user)
  return Object.entries(wrongPasswords ?? {}).flatMap(([browser, failures]) => {
    const about = `password-${browser}`
    const record = { id: lockoutId({ userId, about }), userId, about, secretSetAt: passwordChangedAt ?? 0, ...failures }
    return failures.count > 0 ? [record] : []
  })
}
