'use server'

import { action } from '#lib/web/run-command.ts'

export const signUp = action('sign-up')
