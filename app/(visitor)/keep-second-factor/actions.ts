'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const keepSecondFactor = action('two-factor.cancel-reset')
