// A user deletes their own account. Logging in within 14 days brings it back.
import { z } from 'zod'
import { minutes } from '../../core/clock.ts'
import { command } from '../../core/command.ts'
import { logFault } from '../../core/log/log.ts'

export const deleteAccount = command({
  name: 'account.delete',
  permission: 'leave',
  reauthenticate: minutes(10),
  input: z.strictObject({}),
  audit: 'account.deleted',
  async run({ accountDeletion, sessions }, _input, { id }) {
    const deleted = await accountDeletion.delete(id)
    if (!deleted.ok) return deleted
    // A deleted account's sessions let nobody in. The owner is told even if they could not be ended.
    await sessions.endOthers(id, '', 'ended').catch((error: unknown) => logFault('sessions_not_ended', error))
    return { ...deleted, alert: { user: deleted.value, kind: 'account-deleted' } }
  },
})
