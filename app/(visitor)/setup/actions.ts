'use server'

import { action } from '#lib/web/run-command.ts'

export const finishSetup = action('setup.finish')
