'use server'

import { action } from '#lib/web/run-command.ts'

export const saveProfile = action('profile.save')
