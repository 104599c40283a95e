'use server'

import { action } from '#lib/web/run-command.ts'

export const deleteAccount = action('account.delete')
