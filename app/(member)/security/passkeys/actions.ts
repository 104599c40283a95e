'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const addPasskey = action('passkeys.add')
export const renamePasskey = action('passkeys.rename')
export const removePasskey = action('passkeys.remove')
