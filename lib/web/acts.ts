// What each act that asks for a recent proof does, who may, and the page that it leads to: one table for those carried
// out at once and those that waited for the password. Each is recorded, whatever came of it.
import 'server-only'
import type { Occurrence } from '#lib/audit/audit.ts'
import { days } from '#lib/clock.ts'
import type { Act, ActFields, ActName } from '#lib/interrupted-acts/interrupted-acts.ts'
import { momentOnly, readerOf } from '#lib/mail/message.ts'
import { type Result, refused } from '#lib/result.ts'
import { can, type Permission } from '#lib/roles/permissions.ts'
import { type Services, services } from '#lib/services.ts'
import { showOnce } from './handed-over.ts'
import { isStoreUnavailable } from './not-saved.ts'
import { record, recordOwn, recordTry } from './record.ts'
import { refusedQuery } from './refused.ts'
import { readRequestInfo } from './request-info.ts'

interface Doer {
  userId: string
  sessionId: string
}

type Table = { [Name in ActName]: (app: Services, by: Doer, fields: ActFields<Name>) => Promise<string> }

/** What a role must allow for each. */
export const permissionOf: Record<ActName, Permission> = {
  'end-session': 'leave',
  'end-other-sessions': 'leave',
  'delete-account': 'leave',
  'give-address': 'change-account',
  'remove-address': 'change-account',
  'change-username': 'change-account',
  'change-role': 'change-people',
  suspend: 'change-people',
  resume: 'change-people',
  'end-sessions-of': 'change-people',
  'start-reset': 'change-people',
  unlock: 'change-people',
  'delete-person': 'change-people',
  'restore-person': 'change-people',
  'look-as': 'look-as-person',
  invite: 'invite',
  'withdraw-invitation': 'invite',
}

const acts: Table = {
  'end-session': async ({ sessions }, { userId }, { id }) => {
    const isEnded = await sessions.endOne(userId, id)
    if (isEnded) await recordOwn('session.ended', userId, { detail: { how: 'elsewhere' } })
    return isEnded ? '/security?ended=1' : '/security?ended=already'
  },

  'end-other-sessions': async ({ sessions }, { userId, sessionId }) => {
    const count = await sessions.endOthers(userId, sessionId, 'ended')
    await recordOwn('session.others_ended', userId, { detail: { count } })
    return '/security?ended=others'
  },

  'give-address': async (_app, { userId }, { email }) => {
    const given = await giveOwnAddress(userId, email)
    return given.ok ? '/verify-email' : `/security/email?${refusedQuery(given)}`
  },

  'remove-address': async ({ addresses }, { userId }) => {
    const removed = await addresses.remove(userId, await readRequestInfo())
    await recordOutcome('address.removed', userId, removed)
    return `/security?address=${removed.ok ? 'removed' : 'kept'}`
  },

  'change-username': async (_app, { userId }, { username }) => {
    const renamed = await changeOwnUsername(userId, username)
    return renamed.ok ? '/security?username=changed' : `/security/username?${refusedQuery(renamed)}`
  },

  'delete-account': async ({ accounts, sessions, notices }, { userId }) => {
    const deleted = await accounts.delete(userId)
    await recordOwn('account.deleted', userId, outcomeOf(deleted))
    if (!deleted.ok) return `/security/delete?refused=${deleted.code}`
    await sessions.endOthers(userId, '', 'ended')
    await notices.tell(deleted.value, 'account-deleted', await readRequestInfo())
    return '/login?deleted=1'
  },

  'change-role': async ({ people }, { userId }, { id, role }) => {
    const before = await people.find(id)
    const changed = await people.changeRole(id, role, userId)
    const detail = { from: before?.role ?? null, to: role }
    return toPerson('account.role_changed', { userId, id, outcome: changed, detail, done: 'role' })
  },

  suspend: async ({ people, clock }, { userId }, { id, reason, lastDay }) => {
    // To the end of that day, where every clock agrees which day it is.
    const until = lastDay === '' ? null : Date.parse(lastDay) + days(1)
    if (until !== null && until <= clock()) return `${personPath(id)}?refused=date_past`
    const suspended = await people.suspend(id, { reason, until }, userId)
    const detail = { reason, until: lastDay }
    return toPerson('account.suspended', { userId, id, outcome: suspended, detail, done: 'suspended' })
  },

  resume: async ({ people }, { userId }, { id }) =>
    toPerson('account.resumed', { userId, id, outcome: await people.resume(id), done: 'resumed' }),

  'end-sessions-of': async ({ people }, { userId }, { id }) => {
    const detail = { count: await people.endSessions(id) }
    return toPerson('session.all_ended', { userId, id, outcome: { ok: true, value: null }, detail, done: 'ended' })
  },

  'start-reset': async ({ recovery, clock }, { userId }, { id }) => {
    const started = await recovery.startFor(id, momentOnly(clock()), userId)
    const token = started.ok ? started.value.token : null
    if (token !== null) await showOnce('reset-password', id, token)
    const detail = { by: token === null ? 'mail' : 'hand' }
    return toPerson('password.reset_started', { userId, id, outcome: started, detail, done: 'reset' })
  },

  unlock: async ({ accounts, limits }, { userId }, { id }) => {
    // It clears every limit of the user: nobody lifts their own.
    if (id === userId)
      return toPerson('account.unlocked', { userId, id, outcome: refused('yourself'), done: 'unlocked' })
    await limits.forget(id)
    await accounts.unlock(id)
    return toPerson('account.unlocked', { userId, id, outcome: { ok: true, value: null }, done: 'unlocked' })
  },

  'delete-person': async ({ people }, { userId }, { id }) =>
    toPerson('account.deleted', { userId, id, outcome: await people.delete(id, userId), done: 'deleted' }),

  'restore-person': async ({ people }, { userId }, { id }) =>
    toPerson('account.restored', { userId, id, outcome: await people.restore(id), done: 'restored' }),

  'look-as': async ({ people, impersonations }, { userId, sessionId }, { id, reason }) => {
    const person = await people.find(id)
    const isShown = person?.status === 'active' && person.deletedAt === null && !can(person, 'look-as-person')
    const outcome = isShown ? ('done' as const) : ('refused' as const)
    await record({ event: 'look.started', actorId: userId, subjectId: id, outcome, detail: { reason } })
    if (!isShown) return `${personPath(id)}?refused=not_shown`
    await impersonations.start(sessionId, { adminId: userId, userId: id })
    return '/'
  },

  invite: async ({ invitations, mail }, { userId }, { role, email }) => {
    const to = email === '' ? null : email
    const { token, invitation } = await invitations.make({ role, email: to, by: userId })
    if (to === null) await showOnce('invitation', invitation.id, token)
    else {
      // Nothing is known of whoever has no account: the mail is in the language of whoever invites them.
      const by = await readRequestInfo()
      await mail.post({ kind: 'invitation', to, username: '', token, by, reader: readerOf(by) })
    }
    const detail = { role, invitation: shortId(invitation.id), by: to === null ? 'hand' : 'mail' }
    await record({ event: 'invitation.made', actorId: userId, detail })
    return `/admin/invitations?done=${to === null ? 'made' : 'mailed'}`
  },

  'withdraw-invitation': async ({ invitations }, { userId }, { id }) => {
    const isWithdrawn = await invitations.withdraw(id)
    const outcome = isWithdrawn ? 'done' : 'refused'
    await record({ event: 'invitation.withdrawn', actorId: userId, outcome, detail: { invitation: shortId(id) } })
    return `/admin/invitations?done=${isWithdrawn ? 'withdrawn' : 'already'}`
  },
}

/** Returns where the person goes on. Throws what the store throws. Asks the role once more: it may be another by now. */
export async function carryOut<Name extends ActName>({ name, fields }: Act<Name>, by: Doer): Promise<string> {
  const app = await services()
  const user = await app.accounts.findActive(by.userId)
  if (user === null || !can(user, permissionOf[name])) {
    await record({ event: 'access.denied', outcome: 'refused', actorId: by.userId, detail: { act: name } })
    return '/not-allowed'
  }
  const act: Table[Name] = acts[name]
  return act(app, by, fields)
}

/** The same at once and after `/confirm`: recorded, whatever came of it, and told by mail. */
export async function changeOwnUsername(userId: string, username: string) {
  const { accounts, notices } = await services()
  const before = await accounts.findActive(userId)
  const renamed = await accounts.rename(userId, username)
  // The username that they have already is no change.
  if (renamed.ok && before?.username === username) return renamed
  await recordOutcome('account.renamed', userId, renamed)
  if (renamed.ok && before !== null) {
    await notices.tell({ ...before, username }, 'username-changed', await readRequestInfo())
  }
  return renamed
}

/** Likewise. */
export async function giveOwnAddress(userId: string, email: string) {
  const { addresses } = await services()
  const given = await addresses.give(userId, email, await readRequestInfo())
  await recordOutcome('address.given', userId, given)
  return given
}

async function recordOutcome(
  event: Occurrence['event'],
  userId: string,
  outcome: { ok: true } | { ok: false; code: string },
): Promise<void> {
  if (outcome.ok) await recordOwn(event, userId)
  else await recordTry(event, { actorId: userId, subjectId: userId, code: outcome.code })
}

/** A page, not a sentence beside the form: a store that could not record an end may show the form no more. */
export async function orUnsavedPath(act: Act, leadsTo: Promise<string>): Promise<string> {
  try {
    return await leadsTo
  } catch (error) {
    if (isStoreUnavailable(error)) return `${placeOf(act)}?undone=unsaved`
    throw error
  }
}

/** The page from which the act was asked for. */
export function placeOf(act: Act): string {
  if (act.name === 'invite' || act.name === 'withdraw-invitation') return '/admin/invitations'
  return permissionOf[act.name].endsWith('people') && 'id' in act.fields ? personPath(act.fields.id) : '/security'
}

/** Enough to tell one from the others. */
const shortId = (id: string) => id.slice(0, 12)

const personPath = (id: string) => `/admin/users/${encodeURIComponent(id)}`

async function toPerson(
  event: Occurrence['event'],
  {
    userId,
    id,
    outcome,
    detail = {},
    done,
  }: {
    userId: string
    id: string
    outcome: Result<unknown, string>
    detail?: Record<string, string | number | null>
    done: string
  },
): Promise<string> {
  const code = outcome.ok ? {} : { code: outcome.code }
  await record({
    event,
    actorId: userId,
    subjectId: id,
    outcome: outcome.ok ? 'done' : 'refused',
    detail: { ...detail, ...code },
  })
  return `${personPath(id)}?${outcome.ok ? `done=${done}` : `refused=${outcome.code}`}`
}

function outcomeOf(result: Result<unknown, string>): Pick<Occurrence, 'outcome' | 'detail'> {
  return result.ok ? {} : { outcome: 'refused', detail: { code: result.code } }
}
