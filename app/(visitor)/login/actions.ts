'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const logIn = action('log-in')
export const logInWithPasskey = action('log-in.passkey')
