'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const addEmail = action('email.add')
export const removeEmail = action('email.remove')
