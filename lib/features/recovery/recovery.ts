// Account recovery: a mailed link for a forgotten password, a reset that an admin or the operator starts, and "this was
// not me". A recovery voids the password and ends every session before it makes a link, so that an attacker who knows
// the password cannot interfere.

import { type Accounts, isClosed } from '../../auth/accounts.ts'
import { type Alerts, compromiseReportLinks } from '../../auth/alerts.ts'
import {
  type Claim,
  claimOf,
  claimSchema,
  counts,
  holdsAddress,
  isPresent,
  type Mailbox,
  mailboxesOf,
} from '../../auth/claims.ts'
import { forgetRemoved } from '../../auth/credential-uses.ts'
import { nextChangeTime, removalOf, withoutAutomatic } from '../../auth/factors.ts'
import { wasAdmin } from '../../auth/former-admins.ts'
import { findByLogInName, readLogInName } from '../../auth/log-in-name.ts'
import type { PasswordFault } from '../../auth/passwords/password-rules.ts'
import type { RememberedBrowsers } from '../../auth/remembered-browsers.ts'
import type { Sessions } from '../../auth/sessions/sessions.ts'
import type { Clock } from '../../core/clock.ts'
import { noPassword } from '../../core/crypto/old-hashes.ts'
import { compromiseReportLifeMs, resetLifeMs } from '../../core/lifetimes.ts'
import { logError } from '../../core/log/log.ts'
import { type Mail, type RequestInfo, readerOf } from '../../core/mail/message.ts'
import { type OneTimeTokens, oneTimeTokens } from '../../core/one-time-tokens.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import type { RateLimits } from '../../core/rate-limits/rate-limits.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import { mayPassOn } from '../../core/roles/permissions.ts'
import type {
  CredentialUseStore,
  EmailChange,
  EndReason,
  TokenStore,
  UserRecord,
  UserStore,
} from '../../stores/types.ts'

export interface Recovery {
  /**
   * Returns 0 when a link may be sent for this name, or the milliseconds to wait. Counts per requester and name, and
   * per name. Unknown names count the same.
   */
  waitToAsk(name: string, by: Pick<RequestInfo, 'address'>): Promise<number>
  /**
   * Mails a link when the username or verified address has an account; earlier links stay valid. Call it outside the
   * request, so that its duration reveals nothing. Returns the user’s id for the audit only, or null.
   */
  ask(name: string, by: RequestInfo): Promise<string | null>
  /**
   * An admin or the operator starts a reset: the password and all sessions are void first. The link goes to the
   * verified address. Without one, the token is returned once and is valid only while `issuedBy` (null: the operator)
   * may pass on the right. A suspended user stays suspended. An admin gets no link to the account of an admin or recent
   * admin (`admin_by_hand`). With `withoutAddress` the operator removes an address that is not the owner’s, which voids
   * everything mailed to it.
   */
  startFor(
    id: string,
    by: RequestInfo,
    issuedBy: string | null,
    options?: { withoutAddress?: boolean },
  ): Promise<Result<{ token: string | null }, 'person_gone' | 'admin_by_hand'>>
  /** Does not use the token up. Null when it is void. */
  find(token: string): Promise<{ username: string } | null>
  /**
   * Sets the password once, ends every session and voids earlier secrets. Keeps the second factors (OWASP ASVS 5.0,
   * 6.4.3), unless it puts a replaced address back: then like `reportCompromise`. Returns the user’s id. A refused password
   * leaves the token usable. `link_void` when the token was used, expired, or the account was recovered since; changes
   * by a logged-in user do not void it.
   */
  reset(
    token: string,
    password: string,
    by: RequestInfo,
  ): Promise<{ ok: true; value: string } | ({ ok: false } & (PasswordFault | { code: 'link_void' }))>
  /** Whose alert the token belongs to, without using it up. Null when it is void. */
  findNotice(token: string): Promise<{ username: string } | null>
  /**
   * The recipient of an alert reports that it was not them: voids the password, removes the second factors added in the
   * last 72 hours, restores their address, undoes a deletion, ends every session and mails a reset link to that address.
   * When another account has verified the address since, nothing is mailed and `isMailed` is false.
   */
  reportCompromise(
    token: string,
    by: RequestInfo,
  ): Promise<Result<{ userId: string; isMailed: boolean; removedFactors: boolean }, 'link_void'>>
}

export function createRecovery(deps: {
  users: UserStore
  tokens: TokenStore
  accounts: Accounts
  sessions: Sessions
  mail: Mail
  rateLimits: RateLimits
  alerts: Alerts
  browsers: RememberedBrowsers
  credentialUses: CredentialUseStore
  clock: Clock
}): Recovery {
  const { users, tokens: store, accounts, sessions, mail, rateLimits, alerts, browsers, credentialUses, clock } = deps
  const reportLinks = compromiseReportLinks(store, clock)
  const links = oneTimeTokens({
    store,
    clock,
    purpose: 'reset-password',
    lifeMs: resetLifeMs,
    detail: claimSchema,
    // Asking again must not void the link that was just sent.
    several: true,
  })

  async function mailLink(
    user: UserRecord,
    { email, verifiedAt }: Mailbox,
    by: RequestInfo,
    kind: 'reset-password' | 'reset-started',
  ): Promise<void> {
    const { id, username, recoveryGeneration } = user
    const { secret: token } = await links.issue(id, { email, verifiedAt, generation: recoveryGeneration })
    await mail.post({ kind, to: email, username, token, by, reader: readerOf(user) })
  }

  /** Whether the owner of the account may recover it with this claim now. */
  const isGood = (claim: Claim, user: UserRecord) => counts(claim, user) && holdsAddress(claim, user, clock())

  /** Factors made since then may be a thief's, and their alerts are still good. */
  const suspectSince = () => clock() - compromiseReportLifeMs

  /**
   * A password reset voids the alerts of before. But the alert about a factor that a thief added must work even then: the
   * thief's factor would keep the owner out.
   */
  const mayReport = (claim: Claim, user: UserRecord) => {
    const isOfPresent =
      claim.email !== null && isPresent(claim.email, user) && claim.verifiedAt === user.emailVerifiedAt
    return isGood(claim, user) || (isOfPresent && !isClosed(user) && removalOf(user, suspectSince(), clock()) !== null)
  }

  /**
   * Also without such a factor, `factorsChangedAt` changes: it voids a concurrent addition. Recovery codes may be a thief's
   * after any change of factors since.
   */
  function withoutSuspectFactors(user: UserRecord) {
    const [now, since] = [clock(), suspectSince()]
    const removal = removalOf(user, since, now)
    const areCodesSuspect = user.factorsChangedAt !== null && user.factorsChangedAt >= since
    return {
      ...(removal ?? { factorsChangedAt: nextChangeTime(user.factorsChangedAt, now) }),
      ...(areCodesSuspect && { recoveryCodes: [] }),
    }
  }

  /** Whether the issuer of a handed-over link may still issue it, to this user as they are now. */
  async function isHandedOverRightly(issuedBy: string | null, to: UserRecord): Promise<boolean> {
    if (issuedBy === null) return true
    return to.role !== 'admin' && mayPassOn(await users.find(issuedBy), 'change-people')
  }

  async function findClaim(
    { find }: OneTimeTokens<Claim>,
    token: string,
    isUsable: (claim: Claim, user: UserRecord) => boolean,
  ): Promise<{ claim: Claim; user: UserRecord } | null> {
    const found = await find(token)
    const user = found && (await users.find(found.subject))
    if (!user || !isUsable(found.detail, user)) return null
    return (await isHandedOverRightly(found.issuedBy, user)) ? { claim: found.detail, user } : null
  }

  /**
   * Applies the change and raises the generation in one step, then ends the sessions and deletes the tokens that the
   * user issued. Retries when the account changed concurrently, so that an attacker cannot hold a recovery up. Null
   * when the account may no longer be recovered this way.
   */
  async function recover(
    userId: string,
    { mayRecover, change, endReason }: RecoveryStep,
    by: RequestInfo,
  ): Promise<UserRecord | null> {
    for (;;) {
      const user = await users.find(userId)
      if (user === null || !(await mayRecover(user))) return null
      const { email, emailVerifiedAt, role, status, deletedAt, recoveryGeneration, passkeys, factorsChangedAt } = user
      const present = { email, emailVerifiedAt, role, status, deletedAt, recoveryGeneration }
      const onlyIf = { ...present, passkeys, factorsChangedAt }
      const changes = change(user)
      const asked: EmailChange = {
        // Unique even within one millisecond: device cookies and lockouts are bound to this time.
        passwordChangedAt: Math.max(clock(), (user.passwordChangedAt ?? 0) + 1),
        newEmail: null,
        recoveryGeneration: recoveryGeneration + 1,
        ...changes,
        passkeys: withoutAutomatic(changes.passkeys ?? passkeys),
      }
      let recovered = await users.changeEmail(userId, asked, onlyIf)
      // Another account has verified the address. Remove the one that replaced it here as well.
      if (recovered === 'email_taken')
        recovered = await users.update(userId, { ...asked, email: null, emailVerifiedAt: null }, onlyIf)
      if (recovered === null) continue
      const isReplaced = emailVerifiedAt !== null && recovered.email !== email
      // All follow-ups run even if one fails, because the account has already changed.
      const followUps = await Promise.allSettled([
        // They are void already: the password is another one.
        sessions.endOthers(userId, '', endReason).catch((error: unknown) => logError('sessions_not_ended', error)),
        store.deleteIssuedBy(userId),
        browsers.forgetAll(userId),
        forgetRemoved(credentialUses, recovered),
        isReplaced ? alerts.tellReplaced(user, by) : null,
      ])
      for (const followUp of followUps) if (followUp.status === 'rejected') throw followUp.reason
      return recovered
    }
  }

  /**
   * Runs after the recovery, whose new generation already voids the link. Deleting first would cost the owner the only
   * way back if the store failed in between.
   */
  async function deleteUsed({ take }: OneTimeTokens<Claim>, token: string): Promise<void> {
    await take(token).catch((error: unknown) => logError('link_not_deleted', error))
  }

  return {
    async waitToAsk(name, { address }) {
      const typed = readLogInName(name).key
      return (
        (await rateLimits.take('reset-mail-by', `${countedAddress(address)} ${typed}`)) ||
        (await rateLimits.take('reset-mail', typed))
      )
    },

    async ask(name, by) {
      const user = await findByLogInName(users, readLogInName(name))
      const isGone = user?.status === 'suspended' && user.deletedAt !== null
      if (user === null || isGone) return user?.id ?? null
      // Also mail a recently replaced address: an attacker may have replaced it.
      for (const mailbox of mailboxesOf(user, clock())) await mailLink(user, mailbox, by, 'reset-password')
      return user.id
    },

    async startFor(id, by, issuedBy, { withoutAddress = false } = {}) {
      /** Checks after reading the user: a demotion visible in the record was remembered before it. */
      const byHand = async (user: UserRecord) =>
        issuedBy !== null &&
        mailboxesOf(user, clock()).length === 0 &&
        (user.role === 'admin' || (await wasAdmin(store, id, clock())))
      const step: RecoveryStep = {
        // An owner's deletion, which a log-in undoes, must not protect an attacker's password.
        mayRecover: async (user) => !isClosed(user) && !(await byHand(user)),
        change: ({ emailVerifiedAt }) => ({
          passwordHash: noPassword,
          recoveryAddressVerifiedAt: withoutAddress ? 0 : (emailVerifiedAt ?? 0),
          ...(withoutAddress && { email: null, emailVerifiedAt: null, formerAddress: null }),
        }),
        endReason: 'ended',
      }
      const present = await users.find(id)
      if (present !== null && !isClosed(present) && (await byHand(present))) return refused('admin_by_hand')
      const user = await recover(id, step, by)
      if (user === null) return refused('person_gone')
      const [strongest] = mailboxesOf(user, clock())
      if (strongest === undefined) {
        const { secret: token } = await links.issue(user.id, claimOf(user, null), { issuedBy })
        return ok({ token })
      }
      await mailLink(user, strongest, by, 'reset-started')
      return ok({ token: null })
    },

    async find(token) {
      const found = await findClaim(links, token, isGood)
      return found && { username: found.user.username }
    },

    async reset(token, password, by) {
      const found = await findClaim(links, token, isGood)
      if (found === null) return refused('link_void')
      const { claim } = found
      const hashed = await accounts.hashNewPassword(password, found.user)
      if (!hashed.ok) return hashed
      const step: RecoveryStep = {
        mayRecover: (user) => isGood(claim, user),
        change: (user) => ({
          passwordHash: hashed.value,
          ...addressBack(claim, user),
          // Somebody replaced the address. They may have added a factor too.
          ...(claim.email !== null && !isPresent(claim.email, user) && withoutSuspectFactors(user)),
        }),
        endReason: 'password-changed',
      }
      const user = await recover(found.user.id, step, by)
      if (user === null) return refused('link_void')
      await deleteUsed(links, token)
      await alerts.tell(user, 'password-changed', by)
      return ok(user.id)
    },

    async findNotice(token) {
      const found = await findClaim(reportLinks, token, mayReport)
      return found && { username: found.user.username }
    },

    async reportCompromise(token, by) {
      const found = await findClaim(reportLinks, token, mayReport)
      if (found === null) return refused('link_void')
      const { claim } = found
      let removedFactors = false
      const step: RecoveryStep = {
        mayRecover: (user) => mayReport(claim, user),
        change: (user) => {
          const factors = withoutSuspectFactors(user)
          removedFactors = 'passkeys' in factors
          return { passwordHash: noPassword, deletedAt: null, ...addressBack(claim, user), ...factors }
        },
        endReason: 'ended',
      }
      const user = await recover(found.user.id, step, by)
      if (user === null) return refused('link_void')
      await deleteUsed(reportLinks, token)
      const { email, emailVerifiedAt: verifiedAt } = user
      const isMailed = email !== null && verifiedAt !== null
      if (isMailed) await mailLink(user, { email, verifiedAt }, by, 'reset-started')
      return ok({ userId: user.id, isMailed, removedFactors })
    },
  }
}

interface RecoveryStep {
  mayRecover(user: UserRecord): boolean | Promise<boolean>
  change(user: UserRecord): EmailChange
  endReason: EndReason
}

/** Restores the claim's address with its old verification time. A handed-over link changes no address. */
function addressBack({ email, verifiedAt }: Claim, user: UserRecord): EmailChange {
  if (email === null) return { recoveryAddressVerifiedAt: 0 }
  if (isPresent(email, user)) return { recoveryAddressVerifiedAt: user.emailVerifiedAt ?? 0 }
  return { email, emailVerifiedAt: verifiedAt, recoveryAddressVerifiedAt: verifiedAt ?? 0, formerAddress: null }
}
