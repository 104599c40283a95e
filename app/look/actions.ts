'use server'

import { action } from '#lib/web/run-command.ts'

/** The one action that an impersonating administrator may take. */
export const stopLooking = action('impersonation.end')
