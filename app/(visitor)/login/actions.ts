'use server'

import { action } from '#lib/web/run-command.ts'

export const logIn = action('log-in')
