// Users as the versions before schema 8 wrote them: with the counts of wrong passwords, which are lockouts of their own now.

import { z } from 'zod'

import { userSchema } from './kinds.ts'
import { lockoutId } from './records.ts'
import type { LockoutRecord } from './types.ts'

const failures = z.strictObject({ count: z.int().min(0), lastAt: z.int() })
const wrongPasswords = z.strictObject({ new: failures, known: failures }).nullish()
const countsSchema = userSchema.pick({ id: true, passwordChangedAt: true }).extend({ wrongPasswords }).strip()

/** Takes a user of this version or an earlier one, and gives the user of this one. */
export const olderUserSchema = userSchema.extend({ wrongPasswords }).transform(({ wrongPasswords: _, ...user }) => user)

/** The lockouts that a record which fits the schema above holds. */
export function lockoutsIn(user: unknown): LockoutRecord[] {
  const { id: userId, passwordChangedAt, wrongPasswords } = countsSchema.parse(user)
  return Object.entries(wrongPasswords ?? {}).flatMap(([browser, failures]) => {
    const about = `password-${browser}`
    const record = { id: lockoutId({ userId, about }), userId, about, secretSetAt: passwordChangedAt ?? 0, ...failures }
    return failures.count > 0 ? [record] : []
  })
}
