'use server'

import { action } from '#lib/web/run-command.ts'

export const changeUsername = action('username.change')
