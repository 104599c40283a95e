// A user changes their own profile.
import { command } from '../../core/command.ts'
import { profileSchema } from '../../core/profile.ts'
import { ok, refused } from '../../core/result.ts'

export const saveProfile = command({
  name: 'profile.save',
  permission: 'change-profile',
  input: profileSchema,
  audit: 'profile.changed',
  async run({ stores, formDrafts }, profile, { id, session }) {
    // Compare and set: a user suspended since the guard must not change anything.
    const saved = await stores.users.update(id, { profile }, { status: 'active', deletedAt: null })
    if (saved === null) return refused('person_gone')
    if (session !== null) await formDrafts.forget(session.id)
    return ok(null)
  },
})
