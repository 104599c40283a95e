'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const signUp = action('sign-up')
export const signUpWithPasskey = action('sign-up.passkey')
