// An administrator sees the site as another user sees it, for fifteen minutes.

import { z } from 'zod'
import { command } from '../../core/command.ts'
import { id, reason } from '../../core/input.ts'
import { adminReauthenticationMs } from '../../core/lifetimes.ts'
import { ok, refused } from '../../core/result.ts'
import { can } from '../../core/roles/permissions.ts'

export const startImpersonation = command({
  name: 'impersonation.start',
  permission: 'impersonate',
  reauthenticate: adminReauthenticationMs,
  input: z.strictObject({ id, reason }),
  audit: 'look.started',
  subject: ({ id }) => id,
  async run({ userAdmin, impersonations }, { id, reason }, actor) {
    const detail = { reason }
    const user = await userAdmin.find(id)
    const isShown = user?.status === 'active' && user.deletedAt === null && !can(user, 'impersonate')
    if (!isShown || actor.session === null) return { ...refused('not_shown'), detail }
    await impersonations.start(actor.session.id, { adminId: actor.id, userId: id })
    return { ...ok(null), detail }
  },
})

export const endImpersonation = command({
  name: 'impersonation.end',
  permission: 'signed-in',
  input: z.strictObject({}),
  audit: 'look.ended',
  async run({ impersonations }, _input, { session }) {
    const look = session && (await impersonations.end(session.id))
    return look ? { ...ok(look), subjectId: look.userId } : { ...ok(null), isRecorded: false }
  },
})
