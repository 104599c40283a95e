'use server'

import { action } from '#lib/web/forms/run-command.ts'

/** The one action that an impersonating administrator may take. */
export const endImpersonation = action('impersonation.end')
