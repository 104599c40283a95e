// Ends a user's own sessions, and as the operator all sessions.

import { z } from 'zod'
import { command } from '../../core/command.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'
import { ok } from '../../core/result.ts'

const own = { permission: 'manage-own-account', reauthenticate: ownReauthenticationMs } as const
const nothing = z.strictObject({})

export const endSession = command({
  ...own,
  name: 'sessions.end',
  input: z.strictObject({ id: z.string() }),
  audit: 'session.ended',
  async run({ sessions }, { id }, actor) {
    const isEnded = await sessions.endOne(actor.id, id)
    return isEnded ? { ...ok(true), detail: { how: 'elsewhere' } } : { ...ok(false), isRecorded: false }
  },
})

export const endOtherSessions = command({
  ...own,
  name: 'sessions.end-others',
  input: nothing,
  audit: 'session.others_ended',
  async run({ sessions }, _input, actor) {
    const count = await sessions.endOthers(actor.id, actor.session?.id ?? '', 'ended')
    return { ...ok(count), detail: { count } }
  },
})

export const endAllSessions = command({
  name: 'sessions.end-all',
  permission: 'operator',
  input: nothing,
  audit: 'session.all_ended',
  async run({ stores, userAdmin }) {
    const users = new Set<string>()
    for await (const { kind, record } of stores.dump()) if (kind === 'session') users.add(record.userId)
    let count = 0
    for (const id of users) count += await userAdmin.endSessions(id)
    return { ...ok(count), detail: { count } }
  },
})

export const pruneSessions = command({
  name: 'sessions.prune',
  permission: 'operator',
  input: nothing,
  audit: 'sessions.pruned',
  async run({ sessions }) {
    const count = await sessions.prune()
    return { ...ok(count), detail: { count } }
  },
})
