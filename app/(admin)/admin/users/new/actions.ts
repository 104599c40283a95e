'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const addPerson = action('users.add')
