'use server'

import { action } from '#lib/web/run-command.ts'

export const askForLink = action('password.ask-reset')
