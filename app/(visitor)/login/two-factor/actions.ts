'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const logInWithCode = action('log-in.second-factor')
