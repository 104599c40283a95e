'use server'

import { action } from '#lib/web/run-command.ts'

export const invite = action('invitations.create')
export const withdrawInvitation = action('invitations.withdraw')
