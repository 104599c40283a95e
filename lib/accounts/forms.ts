// The rules of the sign-up and log-in forms that need no store. Issues carry a code of the catalogue's errors.
import { z } from 'zod'
import { findShapeFault, isOverlong, passwordMaxLength } from './password-rules.ts'
import { canonicalUsername } from './username.ts'

const username = z.string().transform((typed, ctx) => {
  const canonical = canonicalUsername(typed)
  if (canonical !== null) return canonical
  ctx.addIssue({ code: 'custom', message: 'username_rule' })
  return z.NEVER
})

export const signUpSchema = (passwordMinLength: number) =>
  z
    .object({ username, password: z.string(), confirmPassword: z.string(), next: z.string().optional() })
    // Also when another field is wrong: a person learns of everything at once.
    .superRefine(
      (typed, ctx) => {
        // A refused username is still what was typed, or nothing at all.
        const name = typeof typed.username === 'string' ? canonicalUsername(typed.username) : null
        const fault = findShapeFault(typed.password, name, passwordMinLength)
        if (fault !== null) {
          const { code, ...params } = fault
          ctx.addIssue({ code: 'custom', path: ['password'], message: code, params })
        }
        if (typed.confirmPassword !== typed.password) {
          ctx.addIssue({ code: 'custom', path: ['confirmPassword'], message: 'passwords_differ' })
        }
      },
      { when: () => true },
    )

/** Any text may be tried: a name that nobody can have is answered like one that nobody has. */
export const logInSchema = z.object({
  username: z.string().trim().min(1, 'username_missing'),
  password: z
    .string()
    .min(1, 'password_missing')
    .refine((password) => !isOverlong(password), { message: 'password_long', params: { max: passwordMaxLength } }),
  next: z.string().optional(),
})
