// Changes to a user's account by an administrator or the operator.

import { z } from 'zod'
import { usernameSchema } from '../../auth/forms.ts'
import { canonicalUsername } from '../../auth/username.ts'
import { days } from '../../core/clock.ts'
import { type Actor, command, execute } from '../../core/command.ts'
import { emailOrNothingSchema, emailSchema } from '../../core/email-address.ts'
import { id, idInput, reason, role } from '../../core/input.ts'
import { adminReauthenticationMs } from '../../core/lifetimes.ts'
import { momentOnly } from '../../core/mail/message.ts'
import { orNotSaved } from '../../core/not-saved.ts'
import { profileSchema } from '../../core/profile.ts'
import { ok, refused } from '../../core/result.ts'
import { startOfDay } from '../../core/time-zones.ts'
import type { Services } from '../../services.ts'
import { forEachUser, ids } from './several.ts'

const subject = ({ id }: { id: string }) => id
const administration = { permission: 'change-people', reauthenticate: adminReauthenticationMs, subject } as const

export const createUser = command({
  name: 'users.create',
  permission: 'operator',
  input: z.strictObject({
    username: z.string().refine((name) => canonicalUsername(name) === name, 'username_rule'),
    role,
    email: emailSchema.nullable(),
  }),
  audit: 'account.created',
  async run({ accounts }, account) {
    const { role } = account
    const made = await accounts.create(account)
    return made.ok ? { ...made, subjectId: made.value.id, detail: { role } } : { ...made, isRecorded: false }
  },
})

/**
 * Also makes the link with which the person chooses a password. Excludes the admin role: an admin must not get a link to
 * another admin's account.
 */
export const addUser = command({
  permission: 'change-people',
  reauthenticate: adminReauthenticationMs,
  subject: () => null,
  name: 'users.add',
  input: z.strictObject({
    ...usernameSchema.shape,
    fullName: profileSchema.shape.fullName,
    email: emailOrNothingSchema,
    role: role.exclude(['admin'], 'role_rule'),
  }),
  audit: 'account.created',
  async run(app, { username, fullName, email, role }, actor) {
    const waitMs = await app.rateLimits.take('account-added', actor.id)
    if (waitMs > 0) return { ok: false, code: 'accounts_added_too_often', waitMs, isRecorded: false }
    const account = { username, fullName, email: email || null, role }
    const made = await app.accounts.create(account)
    if (!made.ok) return { ...made, isRecorded: false }
    const { id } = made.value
    const entry = { actorId: actor.id, subjectId: id, address: actor.by.address }
    // Before the entry of the reset, which is the second act.
    await app.audit.record({ ...entry, event: 'account.created', detail: { role } })
    const started = await orNotSaved(execute(startPasswordReset, actor, { id }, app))
    return { ...ok({ id, token: started.ok ? started.value.token : null }), isRecorded: false }
  },
})

export const changeRole = command({
  ...administration,
  name: 'users.change-role',
  input: z.strictObject({ id, role }),
  audit: 'account.role_changed',
  async run({ userAdmin }, { id, role }, actor) {
    const before = await userAdmin.find(id)
    const changed = await userAdmin.changeRole(id, role, actor.id)
    return { ...changed, detail: { from: before?.role ?? null, to: role } }
  },
})

export const suspendUser = command({
  ...administration,
  name: 'users.suspend',
  /** `lastDay` is a date such as 2026-11-30, or empty for an indefinite suspension. */
  input: z.strictObject({ id, reason, lastDay: z.union([z.literal(''), z.iso.date('date_rule')], 'date_rule') }),
  audit: 'account.suspended',
  async run({ userAdmin, clock }, { id, reason, lastDay }, actor) {
    const zone = actor.by.timeZone ?? 'UTC'
    const detail = { reason, until: lastDay === '' ? '' : `${lastDay} ${zone}` }
    // The suspension ends with that day where the administrator is.
    const until = lastDay === '' ? null : startOfDay(Date.parse(lastDay) + days(1), zone)
    if (until !== null && until <= clock()) return { ...refused('date_past'), detail }
    return { ...(await userAdmin.suspend(id, { reason, until }, actor.id)), detail }
  },
})

export const resumeUser = command({
  ...administration,
  name: 'users.resume',
  input: idInput,
  audit: 'account.resumed',
  run: ({ userAdmin }, { id }) => userAdmin.resume(id),
})

export const endSessionsOfUser = command({
  ...administration,
  name: 'users.end-sessions',
  input: idInput,
  audit: 'session.all_ended',
  async run({ userAdmin }, { id }) {
    const count = await userAdmin.endSessions(id)
    return { ...ok(count), detail: { count } }
  },
})

export const removePictureOfUser = command({
  ...administration,
  name: 'users.remove-picture',
  input: idInput,
  audit: 'picture.removed',
  run: ({ userAdmin }, { id }) => userAdmin.removePicture(id),
})

export const startPasswordReset = command({
  ...administration,
  name: 'users.start-reset',
  input: idInput,
  audit: 'password.reset_started',
  run: (app, { id }, actor) => startReset(app, id, actor),
})

/** For an e-mail address that isn't the owner's. Only the operator may remove a user's mailbox. */
export const startResetWithoutAddress = command({
  name: 'users.start-reset-without-address',
  permission: 'operator',
  subject,
  input: idInput,
  audit: 'password.reset_started',
  run: (app, { id }, actor) => startReset(app, id, actor, { withoutAddress: true }),
})

async function startReset({ recovery, clock }: Services, id: string, { id: by, role }: Actor, options = {}) {
  // Keep the administrator's details out of the mail.
  const started = await recovery.startFor(id, momentOnly(clock()), role && by, options)
  const isHandedOver = started.ok && started.value.token !== null
  return { ...started, detail: { by: isHandedOver ? 'hand' : 'mail' } }
}

export const unlockUser = command({
  ...administration,
  name: 'users.unlock',
  input: idInput,
  audit: 'account.unlocked',
  async run({ accounts, rateLimits, userAdmin }, { id }, actor) {
    // This clears the lockout and the rate limits of the user: administrators must not clear their own.
    if (id === actor.id) return refused('yourself')
    await rateLimits.forget(id)
    await accounts.unlock(id)
    const user = await userAdmin.find(id)
    return user === null ? refused('person_gone') : ok(user)
  },
})

export const deleteUser = command({
  ...administration,
  name: 'users.delete',
  input: idInput,
  audit: 'account.deleted',
  run: ({ userAdmin }, { id }, actor) => userAdmin.delete(id, actor.id),
})

export const restoreUser = command({
  ...administration,
  name: 'users.restore',
  input: idInput,
  audit: 'account.restored',
  run: ({ userAdmin }, { id }) => userAdmin.restore(id),
})

/** The list that the users were selected in, for the way back to it. */
const list = z.string().optional()
/** For acts on several users: each of them is checked and recorded as alone. */
const ofSeveral = { permission: 'change-people', reauthenticate: adminReauthenticationMs, subject: () => null } as const

export const changeRoleOfSeveral = command({
  ...ofSeveral,
  name: 'users.change-role-of-several',
  input: z.strictObject({ ids, role, list }),
  audit: 'account.role_changed',
  run: (app, { ids, role }, actor) => forEachUser(app, actor, ids, changeRole, { role }),
})

export const suspendSeveral = command({
  ...ofSeveral,
  name: 'users.suspend-several',
  input: z.strictObject({ ids, list, ...suspendUser.input.omit({ id: true }).shape }),
  audit: 'account.suspended',
  run: (app, { ids, reason, lastDay }, actor) => forEachUser(app, actor, ids, suspendUser, { reason, lastDay }),
})

export const endSessionsOfSeveral = command({
  ...ofSeveral,
  name: 'users.end-sessions-of-several',
  input: z.strictObject({ ids, list }),
  audit: 'session.all_ended',
  run: (app, { ids }, actor) => forEachUser(app, actor, ids, endSessionsOfUser, {}),
})

export const exportUsers = command({
  name: 'users.export',
  permission: 'see-people',
  reauthenticate: adminReauthenticationMs,
  subject: () => null,
  input: z.strictObject({ which: z.enum(['listed', 'selected']) }),
  audit: 'people.exported',
  async run({ rateLimits }, { which }, { id }) {
    const waitMs = await rateLimits.take('export', id)
    if (waitMs > 0) return { ok: false, code: 'export_too_often', waitMs, isRecorded: false }
    return { ...ok(null), detail: { which } }
  },
})
