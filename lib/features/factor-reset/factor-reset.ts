// Removes all second factors of a user who lost them. An administrator can only start it: the user gets a mail and has
// 24 hours to stop it, because an impostor may have asked for it. The operator removes them at once.

import { z } from 'zod'
import { isClosed, toUser, type User } from '../../auth/accounts.ts'
import type { Alerts } from '../../auth/alerts.ts'
import { mailboxesOf } from '../../auth/claims.ts'
import { forgetRemoved } from '../../auth/credential-uses.ts'
import { removalOf } from '../../auth/factors.ts'
import type { RememberedBrowsers } from '../../auth/remembered-browsers.ts'
import type { Sessions } from '../../auth/sessions/sessions.ts'
import type { Audit } from '../../core/audit/audit.ts'
import type { Clock } from '../../core/clock.ts'
import { factorResetDelayMs, factorResetLifeMs } from '../../core/lifetimes.ts'
import { logError } from '../../core/log/log.ts'
import { type Mail, momentOnly, readerOf } from '../../core/mail/message.ts'
import { type OneTimeToken, oneTimeTokens } from '../../core/one-time-tokens.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { mayPassOn } from '../../core/roles/permissions.ts'
import type { CredentialUseStore, TokenStore, UserStore } from '../../stores/types.ts'

export interface FactorResets {
  /**
   * Mails every address that may recover the account, with a link that stops the reset. `by` is the administrator, and
   * the reset lapses when they lose that right.
   */
  start(
    userId: string,
    by: string,
  ): Promise<
    Result<
      { dueAt: number },
      'yourself' | 'person_gone' | 'no_second_factor' | 'factor_reset_needs_address' | 'factor_reset_waits'
    >
  >
  /** The reset that waits, or null. */
  find(userId: string): Promise<{ dueAt: number } | null>
  /** Whose reset the mailed link stops, without using it up. Null when it is void. */
  findByLink(secret: string): Promise<{ username: string; dueAt: number } | null>
  stopByLink(secret: string): Promise<Result<{ userId: string }, 'link_void'>>
  stop(userId: string): Promise<Result<null, 'factor_reset_over'>>
  /** Carries the user's reset out when it is due. Returns the changed user; null when nothing changed. */
  carryOut(userId: string): Promise<User | null>
  /** The same for all users. */
  carryOutDue(): Promise<void>
  /** For the operator: at once, without a stop. */
  resetNow(userId: string): Promise<Result<User, 'person_gone' | 'no_second_factor'>>
}

/** More than ever wait at once. The next run of the expiry job, or the log-in, sees the others. */
const batch = 1000

export function createFactorResets(deps: {
  users: UserStore
  tokens: TokenStore
  credentialUses: CredentialUseStore
  sessions: Sessions
  browsers: RememberedBrowsers
  mail: Mail
  alerts: Alerts
  audit: Audit
  clock: Clock
}): FactorResets {
  const { users, tokens: store, credentialUses, sessions, browsers, mail, alerts, audit, clock } = deps
  const common = { store, clock, lifeMs: factorResetLifeMs, detail: z.undefined() }
  /** One of each user, under the user's id. Taking it is atomic, so it is either stopped or carried out. */
  const resets = oneTimeTokens({ ...common, purpose: 'factor-reset' })
  const links = oneTimeTokens({ ...common, purpose: 'stop-factor-reset', several: true })

  async function remove(userId: string): Promise<User | null> {
    for (;;) {
      const user = await users.find(userId)
      const removal = user && !isClosed(user) && removalOf(user, 0, clock())
      if (!user || !removal) return null
      const { passkeys, factorsChangedAt } = user
      const changed = await users.update(userId, removal, { passkeys, factorsChangedAt })
      if (changed === null) continue
      // What they would end is void already.
      const followUps = [
        sessions.endOthers(userId, '', 'ended'),
        browsers.forgetAll(userId),
        forgetRemoved(credentialUses, changed),
      ]
      for (const done of await Promise.allSettled(followUps))
        if (done.status === 'rejected') logError('sessions_not_ended', done.reason)
      const hasPassword = toUser(changed).factors.hasPassword
      await alerts.tellDecision(changed, { kind: 'factor-reset-done', hasPassword })
      return toUser(changed)
    }
  }

  async function carryOut({ subject: userId, createdAt, issuedBy }: Waiting): Promise<User | null> {
    if (clock() < createdAt + factorResetDelayMs) return null
    const taken = await resets.take(userId)
    // Another one, started since, is not due: its owner has not had the time to stop it.
    if (taken === null || taken.createdAt !== createdAt) return null
    if (issuedBy === null || !mayPassOn(await users.find(issuedBy), 'change-people')) return null
    const user = await remove(userId)
    if (user !== null) await audit.record({ event: 'two_factor.reset', actorId: issuedBy, subjectId: userId })
    return user
  }

  const find: FactorResets['find'] = async (userId) => {
    const waiting = await resets.find(userId)
    return waiting && { dueAt: waiting.createdAt + factorResetDelayMs }
  }

  return {
    async start(userId, by) {
      if (userId === by) return refused('yourself')
      const user = await users.find(userId)
      if (user === null || isClosed(user)) return refused('person_gone')
      if (removalOf(user, 0, clock()) === null) return refused('no_second_factor')
      const mailboxes = mailboxesOf(user, clock())
      if (mailboxes.length === 0) return refused('factor_reset_needs_address')
      if ((await find(userId)) !== null) return refused('factor_reset_waits')
      await resets.put(userId, undefined, { issuedBy: by })
      const dueAt = (await find(userId))?.dueAt ?? clock() + factorResetDelayMs
      try {
        for (const { email } of mailboxes) {
          const { secret: token } = await links.issue(userId, undefined)
          const { username } = user
          const about = { by: momentOnly(clock()), reader: readerOf(user) }
          await mail.post({ kind: 'factor-reset-started', to: email, username, token, dueAt, ...about })
        }
      } catch (error) {
        // Nobody could stop it.
        await resets.take(userId)
        throw error
      }
      return ok({ dueAt })
    },

    find,

    async findByLink(secret) {
      const link = await links.find(secret)
      const [waiting, user] = link ? await Promise.all([find(link.subject), users.find(link.subject)]) : [null, null]
      return waiting && user && { username: user.username, dueAt: waiting.dueAt }
    },

    async stopByLink(secret) {
      const link = await links.find(secret)
      if (link === null || (await resets.take(link.subject)) === null) return refused('link_void')
      await links.take(secret)
      return ok({ userId: link.subject })
    },

    stop: async (userId) => ((await resets.take(userId)) === null ? refused('factor_reset_over') : ok(null)),

    async carryOut(userId) {
      const waiting = await resets.find(userId)
      return waiting && carryOut(waiting)
    },

    async carryOutDue() {
      for (const waiting of await resets.list(batch)) await carryOut(waiting)
    },

    async resetNow(userId) {
      const before = await users.find(userId)
      if (before === null || isClosed(before)) return refused('person_gone')
      await resets.take(userId)
      const user = await remove(userId)
      return user === null ? refused('no_second_factor') : ok(user)
    },
  }
}

type Waiting = OneTimeToken<undefined>
