'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const changeRoleOfSeveral = action('users.change-role-of-several')
export const suspendSeveral = action('users.suspend-several')
export const endSessionsOfSeveral = action('users.end-sessions-of-several')
