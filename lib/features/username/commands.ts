// A user changes their own username.

import { usernameSchema } from '../../auth/forms.ts'
import { command } from '../../core/command.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'

export const changeUsername = command({
  name: 'username.change',
  permission: 'change-account',
  reauthenticate: ownReauthenticationMs,
  input: usernameSchema,
  audit: 'account.renamed',
  async run({ accounts, usernames }, { username }, { id }) {
    const before = await accounts.findActive(id)
    const renamed = await usernames.rename(id, username)
    if (!renamed.ok || before === null) return renamed
    if (before.username === username) return { ...renamed, isRecorded: false }
    return { ...renamed, alert: { user: { ...before, username }, kind: 'username-changed' } }
  },
})
