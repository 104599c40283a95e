'use server'

import { action } from '#lib/web/run-command.ts'

export const changePassword = action('password.change')
