// The rules of the sign-up and log-in forms that need no store.
import { z } from 'zod'
import { canonicalUsername } from './username.ts'

export const signUpSchema = z
  .object({
    username: z.string().transform((typed, ctx) => {
      const username = canonicalUsername(typed)
      if (username !== null) return username
      ctx.addIssue({ code: 'custom', message: 'username_rule' })
      return z.NEVER
    }),
    password: z.string().min(1, 'password_missing'),
    confirmPassword: z.string(),
    next: z.string().optional(),
  })
  .check(({ value, issues }) => {
    if (value.password !== '' && value.confirmPassword !== value.password) {
      issues.push({ code: 'custom', input: value, path: ['confirmPassword'], message: 'passwords_differ' })
    }
  })

/** Any text may be tried: a name that nobody can have is answered like one that nobody has. */
export const logInSchema = z.object({
  username: z.string().trim().min(1, 'username_missing'),
  password: z.string().min(1, 'password_missing'),
  next: z.string().optional(),
})
