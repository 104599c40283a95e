// The log-in flow: who it is, what they still owe, the session. Every session of the site starts in `finish`.
import { logError } from '../core/log/log.ts'
import { orNotSaved } from '../core/not-saved.ts'
import { refused } from '../core/result.ts'
import type { SessionRecord, UserStore } from '../stores/types.ts'
import type { Accounts, LogInRefusal, User } from './accounts.ts'
import type { Alerts } from './alerts.ts'
import type { LoginClient } from './lockout/lockout.ts'
import type { RefusalPace } from './refusal-pace.ts'
import type { Sessions } from './sessions/sessions.ts'

/** The result of a password check. A second factor will add another `next`. */
export interface Step {
  next: 'session'
  user: User
  /** The log-in undid the deletion of the account. */
  isRestored: boolean
}

export interface Attempt {
  username: string
  password: string
  client: LoginClient
  /** Called when the attempt is done and only the delay of the refusal remains. */
  onHeld?: () => void
}

type Refusal = { ok: false } & (LogInRefusal | { code: 'not_saved' })

export interface LogIn {
  /**
   * Refusals arrive at a time that does not reveal whether the account exists (refusal-pace.ts). For the audit trail only:
   * `userId`, null for an unknown username, and `triedCode`, the real refusal when the client learns only `busy`.
   */
  start(attempt: Attempt): Promise<{ ok: true; value: Step } | (Refusal & { userId: string | null; triedCode: string })>
  /**
   * Starts the session. A password change after `user` was read voids it. Ends the session that the browser presented,
   * of any user, against session fixation. Alerts the owner when the browser is new to the account.
   */
  finish(
    user: User,
    by: { client: LoginClient; presented: string | null; isNewUser?: boolean },
  ): Promise<{ token: string; session: SessionRecord }>
}

export function createLogIn(deps: {
  accounts: Accounts
  sessions: Sessions
  pace: RefusalPace
  alerts: Alerts
  users: UserStore
  /** Undoes the deletion of an account. False when it was erased or suspended meanwhile. */
  restore: (userId: string) => Promise<boolean>
  /** Moves what was saved for the user from an ended session into the new one. */
  handOver: (endedId: string, session: SessionRecord) => Promise<void>
}): LogIn {
  const { accounts, sessions, pace, alerts, users, restore, handOver } = deps

  return {
    async start({ username, password, client, onHeld }) {
      const { address } = client.by
      const identified = accounts.identify(username, client)
      // An unavailable store already rejects the check itself.
      const findKnown = () => identified.then(({ id, isKnown }) => (isKnown ? id : null)).catch(() => null)
      let tried: Refusal | null = null
      const check = async () => {
        const outcome = await orNotSaved(identified.then((one) => one.check(password)))
        if (!outcome.ok) tried = outcome
        return outcome
      }
      const checked = await pace.hold({ name: username, password, address, findKnown }, check, onHeld)
      if (!checked.ok) {
        const { code: triedCode } = tried ?? checked
        return { ...checked, triedCode, userId: await identified.then(({ id }) => id).catch(() => null) }
      }
      const user = checked.value
      const isRestored = user.deletedAt !== null
      if (isRestored && !(await restore(user.id))) {
        const refusal = refused('credentials_wrong')
        return { ...refusal, triedCode: refusal.code, userId: user.id }
      }
      return { ok: true, value: { next: 'session', user, isRestored } }
    },

    async finish(user, { client, presented, isNewUser = false }) {
      const { passwordChangedAt } = user
      const { userAgent, address } = client.by
      const started = await sessions.start(user.id, { userAgent, address, passwordChangedAt })
      // A concurrent suspension or deletion may have listed the sessions before this one existed. It would then be live
      // again once the suspension ends.
      const owner = await accounts.findOwner(started.session)
      if (!owner.ok) await sessions.end(started.token, owner.code)
      if (presented !== null) {
        await sessions.end(presented, 'ended')
        await handOver(sessions.idOf(presented), started.session).catch(notWorthFailing)
      }
      // Use the stored language and time zone: a password thief must not choose how the owner is warned.
      if (!client.isKnown(user) && !isNewUser) await alerts.tell(user, 'new-device', client.by)
      await notePreferences(user, client.by).catch(notWorthFailing)
      return started
    },
  }

  /** The language and time zone of mails. Keeps stored values that the browser did not send. */
  async function notePreferences(user: User, told: Pick<User, 'locale' | 'timeZone'>): Promise<void> {
    const { locale, timeZone } = { locale: told.locale ?? user.locale, timeZone: told.timeZone ?? user.timeZone }
    if (locale === user.locale && timeZone === user.timeZone) return
    await users.update(user.id, { locale, timeZone }, { status: 'active', deletedAt: null })
  }
}

/** The log-in succeeded; losing the draft or the mail language must not fail it. */
function notWorthFailing(error: unknown): void {
  logError('log_in_incomplete', error)
}
