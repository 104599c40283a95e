'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const verifyEmail = action('email.verify')
export const resendCode = action('email.send-code')
