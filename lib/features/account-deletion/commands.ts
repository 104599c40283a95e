// A user deletes their own account. Logging in within 14 days brings it back.

import { z } from 'zod'
import { command } from '../../core/command.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'
import { logError } from '../../core/log/log.ts'

export const deleteAccount = command({
  name: 'account.delete',
  permission: 'manage-own-account',
  reauthenticate: ownReauthenticationMs,
  input: z.strictObject({}),
  audit: 'account.deleted',
  async run({ accountDeletion, sessions }, _input, { id }) {
    const deleted = await accountDeletion.delete(id)
    if (!deleted.ok) return deleted
    // A deleted account's sessions are rejected anyway, so the owner still gets the alert if ending them fails.
    await sessions.endOthers(id, '', 'ended').catch((error: unknown) => logError('sessions_not_ended', error))
    return { ...deleted, alert: { user: deleted.value, kind: 'account-deleted' } }
  },
})
