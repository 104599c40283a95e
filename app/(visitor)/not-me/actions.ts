'use server'

import { action } from '#lib/web/run-command.ts'

export const reportCompromise = action('account.report-compromise')
