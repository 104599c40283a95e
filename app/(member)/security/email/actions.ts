'use server'

import { action } from '#lib/web/run-command.ts'

export const giveAddress = action('email.add')
export const removeAddress = action('email.remove')
