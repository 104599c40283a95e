// A user changes their own profile.
import { profileSchema } from '../../accounts/profile.ts'
import { command } from '../../core/command.ts'

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
