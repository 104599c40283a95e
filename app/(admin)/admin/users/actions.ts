'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const changeRole = action('users.change-role')
export const suspend = action('users.suspend')
export const resume = action('users.resume')
export const endSessionsOf = action('users.end-sessions')
export const startReset = action('users.start-reset')
export const startFactorReset = action('users.start-factor-reset')
export const removePicture = action('users.remove-picture')
export const unlock = action('users.unlock')
export const deletePerson = action('users.delete')
export const restorePerson = action('users.restore')
export const viewAs = action('impersonation.start')
