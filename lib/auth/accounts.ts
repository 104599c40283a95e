// Users and their passwords: creates and finds users, checks and changes passwords.

import type { Clock } from '../core/clock.ts'
import { noPassword } from '../core/crypto/old-hashes.ts'
import type { PasswordHasher } from '../core/crypto/password.ts'
import { newId } from '../core/crypto/random.ts'
import { undoDeletionMs } from '../core/lifetimes.ts'
import type { RateLimits } from '../core/rate-limits/rate-limits.ts'
import { ok, type Result, refused } from '../core/result.ts'
import { newUser } from '../stores/kinds.ts'
import type {
  EndReason,
  LockoutStore,
  Profile,
  Role,
  SessionRecord,
  TokenStore,
  TokenUse,
  UserChange,
  UserRecord,
  UserStore,
} from '../stores/types.ts'
import { type Factors, factorsOf, withoutAutomatic } from './factors.ts'
import type { Compared, Lockout, LockoutFault, LoginClient } from './lockout/lockout.ts'
import { findByLogInName, readLogInName } from './log-in-name.ts'
import type { BreachedPasswords } from './passwords/breached-passwords.ts'
import type { PasswordOwner } from './passwords/context-words.ts'
import { findPasswordFault, type PasswordFault } from './passwords/password-rules.ts'
import type { PasswordStrength } from './passwords/password-strength.ts'

/** A user without the password hash, for pages. */
export interface User {
  id: string
  username: string
  role: Role
  profile: Profile
  /** Null while the password is still the one from sign-up. */
  passwordChangedAt: number | null
  /** As typed. Proven to belong to the user when `emailVerifiedAt` is set. */
  email: string | null
  emailVerifiedAt: number | null
  /** Replaces the verified address once it is verified itself. */
  newEmail: string | null
  /** When the user deleted the account. Only `checkCredentials` returns such a user. */
  deletedAt: number | null
  /** See UserRecord. */
  recoveryGeneration: number
  factors: Factors
  /** The language and time zone of mails to the user. Null when the browser has not sent them. */
  locale: string | null
  timeZone: string | null
  /** The version of the profile picture, or null. */
  picture: string | null
}

export type SignUpFault = PasswordFault | { code: 'username_taken' }

/** What the account starts with: a password, or a passkey that was made for the id. */
export type FirstFactor =
  | { password: string }
  | { password: null; first: Pick<UserRecord, 'id' | 'passkeys' | 'recoveryCodes'> }

export type NewAccount = AccountFacts & FirstFactor

interface AccountFacts {
  /** Canonical form. */
  username: string
  /** Null when the sign-up has none. */
  email?: string | null
  /** Whether the user already proved the address. The account starts without an address that another user verified. */
  isEmailProved?: boolean
  /** Defaults to `member`. */
  role?: Role
  /** As the profile keeps it. */
  fullName?: string
}

export interface Accounts {
  /** Rejects a taken username, and a password that breaks the rules, with the values that the message needs. */
  signUp(account: NewAccount): Promise<{ ok: true; value: User } | ({ ok: false } & SignUpFault)>
  /**
   * Like `signUp`, but uses up a token in the same step that creates the account. Without a new account the token
   * stays. Answers `link_void` when the token was used, withdrawn or expired.
   */
  signUpWith(
    token: Pick<TokenUse, 'id' | 'purpose'>,
    account: NewAccount,
  ): Promise<{ ok: true; value: User } | ({ ok: false } & (SignUpFault | { code: 'link_void' }))>
  /**
   * Like `signUp`, but without a password: a reset sets the first one. For operators, who then handle no secret of the
   * user.
   */
  create(account: AccountFacts): Promise<Result<User, 'username_taken'>>
  /**
   * Finds the user by username or verified e-mail address, and password, unless lockout forbids the attempt. Unknown
   * name, wrong password and suspended account get the same answer in the same time. Only the right password reveals a suspension and its end
   * (null: until an admin lifts it). Rehashes legacy hashes. Also finds a user who deleted the account in the last 14
   * days; call `restore` next.
   */
  checkCredentials(name: string, password: string, loginClient: LoginClient): Promise<LogInOutcome>
  /** `checkCredentials` in two steps. */
  identify(name: string, loginClient: LoginClient): Promise<Identified>
  /** Whether a sign-up could take this canonical username now. */
  isUsernameFree(username: string): Promise<boolean>
  /** Null when the user does not exist or is suspended. */
  findActive(id: string): Promise<User | null>
  /**
   * The owner of the session, or why the session is void: the user is suspended or deleted, or changed the password or
   * a second factor since. Takes effect at once, even when the session's record could not be ended.
   */
  findOwner(
    session: Pick<SessionRecord, 'userId' | 'passwordChangedAt' | 'factorsChangedAt' | 'provedAt'>,
  ): Promise<Result<User, EndReason>>
  /** Like `findActive`, but also finds a user who deleted the account and can restore it by logging in. */
  findForLogIn(id: string): Promise<User | null>
  /** What the right password leads to, for a user who proved another factor: also lifts an expired suspension. */
  admit(id: string): Promise<LogInOutcome>
  /** Checks the password of a logged-in user. A wrong one counts like one at log-in. */
  checkPassword(id: string, password: string, loginClient: LoginClient): Promise<PasswordCheck>
  /**
   * Replaces the password and voids every session and log-in of the old one (`findOwner`). `current` is null for a user
   * without a password.
   */
  changePassword(
    id: string,
    change: { current: string | null; password: string },
    loginClient: LoginClient,
  ): Promise<{ ok: true; value: User } | ({ ok: false } & ChangePasswordFault)>
  /** Resets the count of wrong passwords. */
  unlock(id: string): Promise<void>
  /** Checks a new password against the rules and hashes it. */
  hashNewPassword(
    password: string,
    owner: PasswordOwner,
  ): Promise<{ ok: true; value: string } | ({ ok: false } & PasswordFault)>
}

interface Identified {
  /** Null when the name is unknown. */
  id: string | null
  /** Whether this browser logged in as this user before, with the present password. */
  isKnown: boolean
  check(password: string): Promise<LogInOutcome>
}

export type LogInRefusal =
  | { code: 'credentials_wrong' | 'busy' }
  | { code: 'suspended'; until: number | null }
  | LockoutFault

export type LogInOutcome = { ok: true; value: User } | ({ ok: false } & LogInRefusal)

type PasswordCheck = Result<User, 'password_wrong' | 'busy' | 'person_gone'> | ({ ok: false } & LockoutFault)

export type ChangePasswordFault =
  | PasswordFault
  | LockoutFault
  | { code: 'password_wrong' }
  | { code: 'person_gone' }
  | { code: 'password_change_too_often'; waitMs: number }

/** A client that changes passkeys without end must not keep a change of the password going. */
const mostTries = 5

export function createAccounts(deps: {
  store: UserStore
  lockouts: LockoutStore
  tokens: TokenStore
  passwords: PasswordHasher
  strength: PasswordStrength
  breached: BreachedPasswords
  passwordMinLength: number
  lockout: Lockout
  rateLimits: RateLimits
  clock: Clock
  /** Called when a suspension expired. */
  onLifted: (user: UserRecord) => Promise<void>
}): Accounts {
  const { store, tokens, passwords, strength, breached, clock, rateLimits, lockout } = deps

  const hashNewPassword: Accounts['hashNewPassword'] = async (password, owner) => {
    const fault = await findPasswordFault(password, owner, { minLength: deps.passwordMinLength, strength, breached })
    return fault === null ? passwords.hash(password) : { ok: false, ...fault }
  }

  /** Lift an expired suspension at log-in, in case the expiry job has not run yet. */
  async function lifted(record: UserRecord): Promise<UserRecord> {
    if (record.status !== 'suspended' || record.suspendedUntil === null || record.suspendedUntil > clock())
      return record
    const { id, suspendedUntil } = record
    const active: UserChange = { status: 'active', suspendedUntil: null, suspendReason: '' }
    const updated = await store.update(id, active, { status: 'suspended', suspendedUntil })
    if (updated === null) return record
    await tokens.deleteIssuedBy(id)
    await deps.onLifted(updated)
    return updated
  }

  /** A user whose password was right. */
  async function admitted(record: UserRecord, replacement: string | null): Promise<LogInOutcome> {
    if (record.status === 'suspended' && record.deletedAt === null) {
      return { ok: false, code: 'suspended', until: record.suspendedUntil }
    }
    if (!mayLogIn(record)) return refused('credentials_wrong')
    if (replacement !== null) {
      // Compare and set: a concurrent password change must not be overwritten.
      await store.update(record.id, { passwordHash: replacement }, { passwordHash: record.passwordHash })
    }
    return ok(toUser(record))
  }

  async function comparePassword(
    user: UserRecord | null,
    password: string,
    loginClient: LoginClient,
  ): Promise<PasswordCheck> {
    const whom = { name: user?.id ?? '', user }
    const tried = await lockout.attempt(whom, loginClient, async (record): Promise<Compared<PasswordCheck>> => {
      if (!isActive(record)) return { matched: null, value: refused('person_gone') }
      const verdict = await passwords.verify(record.passwordHash, password)
      if (!verdict.ok) return { matched: null, value: verdict }
      const { matches } = verdict.value
      return { matched: matches, value: matches ? ok(toUser(record)) : refused('password_wrong') }
    })
    return tried.ok ? tried.value : tried
  }

  /** Also finds a user who deleted the account and can restore it. */
  function mayLogIn(record: UserRecord | null): record is UserRecord {
    if (record?.status !== 'active') return false
    return record.deletedAt === null || clock() - record.deletedAt < undoDeletionMs
  }

  async function insert(
    { username, email = null, isEmailProved = false, role = 'member', fullName = '' }: AccountFacts,
    factors: Pick<UserRecord, 'passwordHash'> & Partial<UserRecord>,
    token?: Pick<TokenUse, 'id' | 'purpose'>,
  ): Promise<Result<User, 'username_taken'> | { ok: false; code: 'link_void' }> {
    const record = newUser({
      id: newId(),
      username,
      ...factors,
      email,
      emailVerifiedAt: email !== null && isEmailProved ? clock() : null,
      role,
      profile: { fullName },
      createdAt: clock(),
    })
    const options = token && { consume: { ...token, at: clock() } }
    const outcome = await store.insert(record, options)
    if (outcome === 'inserted') return ok(toUser(record))
    if (outcome === 'token_void') return refused('link_void')
    if (outcome === 'username_taken') return refused(outcome)
    const without: UserRecord = { ...record, email: null, emailVerifiedAt: null }
    const second = await store.insert(without, options)
    if (second === 'inserted') return ok(toUser(without))
    return second === 'token_void' ? refused('link_void') : refused('username_taken')
  }

  async function signUp(account: NewAccount, token?: Pick<TokenUse, 'id' | 'purpose'>) {
    if ((await store.findByUsername(account.username)) !== null) return refused('username_taken')
    if (account.password === null) return insert(account, { passwordHash: noPassword, ...account.first }, token)
    const { username, email = null } = account
    const passwordHash = await hashNewPassword(account.password, { username, email })
    return passwordHash.ok ? insert(account, { passwordHash: passwordHash.value }, token) : passwordHash
  }

  async function identify(typed: string, loginClient: LoginClient): Promise<Identified> {
    const name = readLogInName(typed)
    const named = await findByLogInName(store, name)
    const whom = { name: name.key, user: named, typed: name.kind }
    return {
      id: named?.id ?? null,
      isKnown: named !== null && loginClient.isKnown(named),
      async check(password) {
        // Read the user again: earlier attempts in the queue may have changed the account.
        const tried = await lockout.attempt(whom, loginClient, async (found): Promise<Compared<LogInOutcome>> => {
          const verdict = await passwords.verify(found?.passwordHash ?? null, password)
          if (!verdict.ok) return { matched: null, value: verdict }
          if (!verdict.value.matches || found === null) return { matched: false, value: refused('credentials_wrong') }
          return { matched: true, value: await admitted(await lifted(found), verdict.value.replacement) }
        })
        return tried.ok ? tried.value : tried
      },
    }
  }

  return {
    signUp: async (account) => withoutToken(await signUp(account)),

    signUpWith: (token, account) => signUp(account, token),

    create: async (account) => withoutToken(await insert(account, { passwordHash: noPassword })),

    checkCredentials: async (name, password, loginClient) => (await identify(name, loginClient)).check(password),

    identify,

    isUsernameFree: (username) => store.isFree(username, clock()),

    async findActive(id) {
      const record = await store.find(id)
      return isActive(record) ? toUser(record) : null
    },

    async findForLogIn(id) {
      const record = await store.find(id)
      return mayLogIn(record) ? toUser(record) : null
    },

    async admit(id) {
      const record = await store.find(id)
      return record === null ? refused('credentials_wrong') : admitted(await lifted(record), null)
    },

    async findOwner({ userId, passwordChangedAt, factorsChangedAt, provedAt }) {
      const record = await store.find(userId)
      if (!isActive(record)) return refused('ended')
      const isOfPresentPassword =
        passwordChangedAt === -1
          ? provedAt >= (record.passwordChangedAt ?? 0)
          : passwordChangedAt === record.passwordChangedAt
      if (!isOfPresentPassword) return refused('password-changed')
      return factorsChangedAt === record.factorsChangedAt ? ok(toUser(record)) : refused('ended')
    },

    checkPassword: async (id, password, loginClient) => comparePassword(await store.find(id), password, loginClient),

    async changePassword(id, { current, password }, loginClient) {
      let record = await store.find(id)
      if (!isActive(record)) return refused('person_gone')
      const isFirst = current === null && record.passwordHash === noPassword
      const checked = isFirst ? ok(null) : await comparePassword(record, current ?? '', loginClient)
      if (!checked.ok) return checked
      const hashed = await hashNewPassword(password, record)
      if (!hashed.ok) return hashed
      const waitMs = await rateLimits.take('password-change', id)
      if (waitMs > 0) return { ok: false, code: 'password_change_too_often', waitMs }
      // Two passwords must differ in time even within one millisecond.
      const passwordChangedAt = Math.max(clock(), (record.passwordChangedAt ?? 0) + 1)
      const { passwordHash } = record
      for (let tries = 0; tries < mostTries; tries += 1) {
        const { passkeys } = record
        const change = { passwordHash: hashed.value, passwordChangedAt, passkeys: withoutAutomatic(passkeys) }
        const onlyIf = { passwordHash, passkeys, status: 'active', deletedAt: null } as const
        const changed = await store.update(id, change, onlyIf)
        if (changed !== null) return ok(toUser(changed))
        record = await store.find(id)
        // The user was changed, suspended or deleted since the read, so the typed password is not the present one.
        if (!isActive(record) || record.passwordHash !== passwordHash) return refused('password_wrong')
      }
      throw new Error('The passkeys of a user change without end.')
    },

    async unlock(id) {
      await deps.lockouts.forgetUser(id)
    },

    hashNewPassword,
  }
}

/** Without a token, none can be void. */
function withoutToken<Outcome extends { ok: true } | { ok: false; code: string }>(outcome: Outcome) {
  if (!outcome.ok && outcome.code === 'link_void')
    throw new Error('An account was made without a token, and it is void.')
  return outcome as Exclude<Outcome, { code: 'link_void' }>
}

export function isActive(record: UserRecord | null): record is UserRecord {
  return record?.status === 'active' && record.deletedAt === null
}

/** Deleted by an administrator: only an administrator can restore it. */
export function isClosed({ deletedAt, status }: UserRecord): boolean {
  return deletedAt !== null && status === 'suspended'
}

export function toUser(record: UserRecord): User {
  const { id, username, role, profile, passwordChangedAt, deletedAt, recoveryGeneration } = record
  const { email, emailVerifiedAt, newEmail, locale, timeZone, picture } = record
  return {
    id,
    username,
    role,
    profile,
    passwordChangedAt,
    email,
    emailVerifiedAt,
    newEmail,
    deletedAt,
    recoveryGeneration,
    factors: factorsOf(record),
    locale,
    timeZone,
    picture,
  }
}
