// A user changes their own profile.

import { command } from '../../core/command.ts'
import { profileSchema } from './profile.ts'

export const saveProfile = command({
  name: 'profile.save',
  permission: 'change-profile',
  input: profileSchema,
  audit: 'profile.changed',
  async run({ accounts, formDrafts }, profile, { id, session }) {
    const saved = await accounts.saveProfile(id, profile)
    if (saved.ok && session !== null) await formDrafts.forget(session.id)
    return saved
  },
})
