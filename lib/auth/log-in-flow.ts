// The log-in flow: who it is, what they still owe, the session. Every session of the site starts in `finish`.
import { logError } from '../core/log/log.ts'
import { orNotSaved } from '../core/not-saved.ts'
import type { AuthenticationMethod, Role, SessionRecord, UserStore } from '../stores/types.ts'
import type { Accounts, LogInRefusal, User } from './accounts.ts'
import type { Alerts } from './alerts.ts'
import { authenticationOf, owesSecondFactor } from './factors.ts'
import type { LoginClient } from './lockout/lockout.ts'
import { readLogInName } from './log-in-name.ts'
import type { RefusalPace } from './refusal-pace.ts'
import type { RememberedBrowsers } from './remembered-browsers.ts'
import type { Sessions } from './sessions/sessions.ts'

/** What follows the right password: the session, or the second factor that the user still owes. */
export type Step = { next: 'session'; user: User; given: AuthenticationMethod[] } | { next: 'factor'; user: User }

export interface Attempt {
  /** Or the verified e-mail address. */
  username: string
  password: string
  client: LoginClient
  /** What the browser holds of earlier log-ins in which its user asked to be remembered. */
  rememberedTokens: readonly string[]
  /** Called when the attempt is done and only the delay of the refusal remains. */
  onHeld?: () => void
}

type Refusal = { ok: false } & (LogInRefusal | { code: 'not_saved' })

export interface LogIn {
  /**
   * Refusals arrive at a time that does not reveal whether the account exists (refusal-pace.ts). For the audit trail only:
   * `userId`, null for an unknown name, and `triedCode`, the real refusal when the client learns only `busy`.
   */
  start(attempt: Attempt): Promise<{ ok: true; value: Step } | (Refusal & { userId: string | null; triedCode: string })>
  /**
   * Starts the session. Throws when the user owes a second factor beside what was `given`. A change of password or
   * factors after `user` was read voids the session. Ends the session that the browser presented, of any user, against
   * session fixation. Alerts the owner when the browser is new to the account.
   */
  finish(
    user: User,
    given: readonly AuthenticationMethod[],
    by: { client: LoginClient; presented: string | null; isNewUser?: boolean },
  ): Promise<{ token: string; session: SessionRecord }>
}

export function createLogIn(deps: {
  accounts: Accounts
  sessions: Sessions
  pace: RefusalPace
  alerts: Alerts
  users: UserStore
  browsers: RememberedBrowsers
  /** Removes the user's second factors if that is due. Returns the changed user, or null. */
  carryOutFactorReset: (userId: string) => Promise<User | null>
  /** Roles whose users must have a second factor. */
  requireTwoFactor: readonly Role[]
  /** Moves what was saved for the user from an ended session into the new one. */
  handOver: (endedId: string, session: SessionRecord) => Promise<void>
}): LogIn {
  const { accounts, sessions, pace, alerts, users, browsers, carryOutFactorReset, requireTwoFactor, handOver } = deps

  return {
    async start({ username, password, client, rememberedTokens, onHeld }) {
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
      const checked = await pace.hold(
        { name: readLogInName(username).key, password, address, findKnown },
        check,
        onHeld,
      )
      if (!checked.ok) {
        const { code: triedCode } = tried ?? checked
        return { ...checked, triedCode, userId: await identified.then(({ id }) => id).catch(() => null) }
      }
      const user = (await carryOutFactorReset(checked.value.id)) ?? checked.value
      const given: AuthenticationMethod[] = ['password']
      if (!owesSecondFactor(user, given, requireTwoFactor)) return { ok: true, value: { next: 'session', user, given } }
      if (!(await browsers.isRemembered(user, rememberedTokens))) return { ok: true, value: { next: 'factor', user } }
      return { ok: true, value: { next: 'session', user, given: [...given, 'remembered-browser'] } }
    },

    async finish(user, given, { client, presented, isNewUser = false }) {
      if (owesSecondFactor(user, given, requireTwoFactor)) throw new Error('A log-in lacks the second factor.')
      if (user.deletedAt !== null) throw new Error('A deleted account must be restored before its session starts.')
      const { userAgent, address } = client.by
      const started = await sessions.start(user.id, { userAgent, address, ...authenticationOf(user, given) })
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
