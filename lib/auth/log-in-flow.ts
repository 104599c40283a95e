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

/** What a password leads to. A second factor will be another `next`. */
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
  /** Called when nothing is left but to wait with the refusal. */
  onHeld?: () => void
}

type Refusal = { ok: false } & (LogInRefusal | { code: 'not_saved' })

export interface LogIn {
  /**
   * Refusals come at a moment that does not tell whether the account exists (refusal-pace.ts). For the audit trail alone:
   * their `userId`, null when nobody has the name, and `triedCode`, what the attempt came to when the client learns only
   * that the site is busy.
   */
  start(attempt: Attempt): Promise<{ ok: true; value: Step } | (Refusal & { userId: string | null; triedCode: string })>
  /**
   * Starts the session, which is void once the password differs from the one that `user` was read with. The session that
   * the browser presented ends, whoever's it was (no session fixation). The owner is told of a browser that is new to the account.
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
  /** Gives the new session what was kept for its user from an ended one. */
  handOver: (endedId: string, session: SessionRecord) => Promise<void>
}): LogIn {
  const { accounts, sessions, pace, alerts, users, restore, handOver } = deps

  return {
    async start({ username, password, client, onHeld }) {
      const { address } = client.by
      const identified = accounts.identify(username, client)
      // A store that is away refuses the check itself.
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
      // Whoever suspended or deleted the account since the check may have missed this session. Left alone, it would be
      // live again after the suspension.
      const owner = await accounts.findOwner(started.session)
      if (!owner.ok) await sessions.end(started.token, owner.code)
      if (presented !== null) {
        await sessions.end(presented, 'ended')
        await handOver(sessions.idOf(presented), started.session).catch(notWorthFailing)
      }
      // In the language and time zone of before: a thief of the password must not choose how its owner is warned.
      if (!client.isKnown(user) && !isNewUser) await alerts.tell(user, 'new-device', client.by)
      await notePreferences(user, client.by).catch(notWorthFailing)
      return started
    },
  }

  /** How mails to this user are written. What the browser has not told stays as it was. */
  async function notePreferences(user: User, told: Pick<User, 'locale' | 'timeZone'>): Promise<void> {
    const { locale, timeZone } = { locale: told.locale ?? user.locale, timeZone: told.timeZone ?? user.timeZone }
    if (locale === user.locale && timeZone === user.timeZone) return
    await users.update(user.id, { locale, timeZone }, { status: 'active', deletedAt: null })
  }
}

/** The log-in is done; the draft or the language of mails can be lost. */
function notWorthFailing(error: unknown): void {
  logError('log_in_incomplete', error)
}
