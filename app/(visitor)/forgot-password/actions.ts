'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const askForLink = action('password.ask-reset')
