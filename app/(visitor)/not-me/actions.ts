'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const reportCompromise = action('account.report-compromise')
