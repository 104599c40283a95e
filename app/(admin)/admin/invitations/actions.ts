'use server'

import { action } from '#lib/web/forms/run-command.ts'

export const invite = action('invitations.create')
export const withdrawInvitation = action('invitations.withdraw')
