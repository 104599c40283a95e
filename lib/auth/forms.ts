// Validation of account and password forms that needs no store. Issues carry error codes of the message catalogue.
import { z } from 'zod'
import { emailOrNothingSchema, emailSchema } from '../core/email-address.ts'
import { findCode, trimTyped } from '../core/typed-text.ts'
import { longestName } from './log-in-name.ts'
import { findShapeFault, isOverlong, passwordMaxLength } from './passwords/password-rules.ts'
import { canonicalUsername } from './username.ts'

const username = z.string().transform((typed, ctx) => {
  const canonical = canonicalUsername(typed)
  if (canonical !== null) return canonical
  ctx.addIssue({ code: 'custom', message: 'username_rule' })
  return z.NEVER
})

export const addEmailSchema = z.strictObject({ email: emailSchema })
export const usernameSchema = z.strictObject({ username })

/** Accepts digits of any script, the separators that mail clients and users insert, and text around the code. */
export const verifySchema = z.object({
  code: z.string().transform((typed, ctx) => {
    const code = findCode(typed, 8)
    if (code !== null) return code
    ctx.addIssue({ code: 'custom', message: 'code_rule' })
    return z.NEVER
  }),
})

/** A code of an authenticator app or a recovery code, as typed. */
export const codeSchema = z.string().transform(trimTyped).pipe(z.string().min(1, 'code_missing').max(200, 'code_wrong'))

/** `remember` is a checkbox. */
export const secondFactorSchema = z.object({
  code: codeSchema,
  remember: z.literal('on').optional(),
  next: z.string().optional(),
})

/** Also when a field is wrong or missing: a person learns of everything at once. Not for what has no fields at all. */
const evenIfWrong = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null }

const typedName = (missing: string) => z.string().transform(trimTyped).pipe(z.string().min(1, missing))

export const forgotSchema = z.object({
  email: typedName('username_or_email_missing').pipe(z.string().max(longestName, 'email_rule')),
})

export const resetSchema = (passwordMinLength: number) =>
  z
    .object({ username: z.string().optional(), password: z.string(), confirmPassword: z.string() })
    .superRefine((typed, ctx) => checkNewPassword(typed, null, passwordMinLength, ctx), evenIfWrong)

export const signUpSchema = ({
  passwordMinLength,
  emailRequired,
}: {
  passwordMinLength: number
  emailRequired: boolean
}) =>
  z
    .object({
      username,
      email: emailRequired ? emailSchema : emailOrNothingSchema.optional(),
      password: z.string(),
      confirmPassword: z.string(),
      next: z.string().optional(),
    })
    .superRefine((typed, ctx) => {
      // A refused username is still what was typed, or nothing at all.
      const name = typeof typed.username === 'string' ? canonicalUsername(typed.username) : null
      checkNewPassword(typed, name, passwordMinLength, ctx)
    }, evenIfWrong)

/** Without a password: `response` is the browser's new passkey, as JSON. */
export const signUpWithPasskeySchema = ({ emailRequired }: { emailRequired: boolean }) =>
  z.object({
    username,
    email: emailRequired ? emailSchema : emailOrNothingSchema.optional(),
    response: z.string(),
    next: z.string().optional(),
  })

/** Accepts any text as username or e-mail address: an impossible one gets the same answer as an unknown one. */
export const logInSchema = z.object({
  username: typedName('username_or_email_missing'),
  password: z
    .string()
    .min(1, 'password_missing')
    .refine((password) => !isOverlong(password), { message: 'password_long', params: { max: passwordMaxLength } }),
  next: z.string().optional(),
})

/** `username` is there for password managers and the strength meter. The session decides who the user is. */
export const changePasswordSchema = (passwordMinLength: number) =>
  z
    .object({
      username: z.string().optional(),
      /** Absent for users without a password. */
      currentPassword: z
        .string()
        .min(1, 'current_password_missing')
        .refine((password) => !isOverlong(password), { message: 'current_password_wrong' })
        .optional(),
      password: z.string(),
      confirmPassword: z.string(),
    })
    .superRefine((typed, ctx) => checkNewPassword(typed, null, passwordMinLength, ctx), evenIfWrong)

/**
 * What the user has to prove decides which fields the form has. `act` is the handle of the command that waits for
 * re-authentication.
 */
export const confirmSchema = z.object({
  username: z.string().optional(),
  password: z
    .string()
    .min(1, 'password_missing')
    .refine((password) => !isOverlong(password), { message: 'password_wrong' })
    .optional(),
  code: codeSchema.optional(),
  /** The browser's answer for a passkey, as JSON. */
  response: z.string().optional(),
  act: z.string().optional(),
  next: z.string().optional(),
})

/** `username` is canonical, or null when it is invalid or not in the form. */
function checkNewPassword(
  typed: { password: string; confirmPassword: string },
  username: string | null,
  minLength: number,
  ctx: z.RefinementCtx,
): void {
  // Also runs when a field is missing, which the schema reports.
  if (typeof typed.password !== 'string') return
  const fault = findShapeFault(typed.password, username, minLength)
  if (fault !== null) {
    const { code, ...params } = fault
    ctx.addIssue({ code: 'custom', path: ['password'], message: code, params })
  }
  if (typed.confirmPassword !== typed.password) {
    ctx.addIssue({ code: 'custom', path: ['confirmPassword'], message: 'passwords_differ' })
  }
}
