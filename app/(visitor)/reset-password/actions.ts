'use server'

import { action } from '#lib/web/run-command.ts'

export const resetPassword = action('password.reset')
