// Users and their passwords: making users, finding them, checking and changing passwords.

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
import type { Compared, Lockout, LockoutFault, LoginClient } from './lockout/lockout.ts'
import type { BreachedPasswords } from './passwords/breached-passwords.ts'
import type { PasswordOwner } from './passwords/context-words.ts'
import { findPasswordFault, type PasswordFault } from './passwords/password-rules.ts'
import type { PasswordStrength } from './passwords/password-strength.ts'
import { canonicalUsername } from './username.ts'

/** A person as pages may see them: without the password hash. */
export interface User {
  id: string
  username: string
  role: Role
  profile: Profile
  /** Null while the password is the one of the sign-up. */
  passwordChangedAt: number | null
  /** As typed; proved to be theirs when `emailVerifiedAt` is there. */
  email: string | null
  emailVerifiedAt: number | null
  /** What takes the place of a verified address once it is proved. */
  newEmail: string | null
  /** When they deleted the account; only `checkCredentials` hands out such a person. */
  deletedAt: number | null
  /** See UserRecord. */
  recoveryGeneration: number
  /** How mails to them are written; null when their browser has not told. */
  locale: string | null
  timeZone: string | null
}

export type SignUpFault = PasswordFault | { code: 'username_taken' }

export interface NewAccount {
  /** Canonical form. */
  username: string
  password: string
  /** Null without one. */
  email?: string | null
  /** Whether the person has shown already that the address is theirs. Should somebody else have, it is left out. */
  isEmailProved?: boolean
  /** `member` unless said otherwise. */
  role?: Role
}

export interface Accounts {
  /** Refuses a taken name, and a password that breaks the rules, with what the reason needs to be told. */
  signUp(account: NewAccount): Promise<{ ok: true; value: User } | ({ ok: false } & SignUpFault)>
  /**
   * The same with a token that is used up by the step that makes the account, and left alone when none is made. `link_void` when
   * the token is used, withdrawn or expired by then.
   */
  signUpWith(
    token: Pick<TokenUse, 'id' | 'purpose'>,
    account: NewAccount,
  ): Promise<{ ok: true; value: User } | ({ ok: false } & (SignUpFault | { code: 'link_void' }))>
  /**
   * The same without a password: nobody logs in until one was chosen by way of a reset. For operators; it asks for nothing
   * that a person has to keep secret.
   */
  create(account: Omit<NewAccount, 'password'>): Promise<Result<User, 'username_taken'>>
  /**
   * The person with this name and password, unless it is too soon for another try (lib/auth/lockout). Unknown name, wrong
   * password and suspended account get one answer and cost the same time; only who knows the password of a suspended account learns that it is, and until when (null:
   * until somebody lifts it). Replaces a hash of an old kind on the way. Also finds somebody who deleted their account
   * less than 14 days ago: `restore` comes next.
   */
  checkCredentials(username: string, password: string, loginClient: LoginClient): Promise<LogInOutcome>
  /** The same in two steps. */
  identify(username: string, loginClient: LoginClient): Promise<Identified>
  /** Null when the person is gone or suspended. */
  findActive(id: string): Promise<User | null>
  /**
   * Whose session it is, or why it is void: the user is suspended or gone, or the password is another one than when the
   * session was authenticated. Holds at once, whether or not the session's record could be ended.
   */
  findOwner(session: Pick<SessionRecord, 'userId' | 'passwordChangedAt' | 'provedAt'>): Promise<Result<User, EndReason>>
  /** Proof that the person at the keyboard is this one. A wrong password counts as one at the log-in does. */
  checkPassword(id: string, password: string, loginClient: LoginClient): Promise<PasswordCheck>
  /** Replaces the password, and voids every session and log-in of the old one (`findOwner`). */
  changePassword(
    id: string,
    change: { current: string; password: string },
    loginClient: LoginClient,
  ): Promise<{ ok: true; value: User } | ({ ok: false } & ChangePasswordFault)>
  /** Forgets wrong passwords: the next one is the first. */
  unlock(id: string): Promise<void>
  /** The rules of a new password, and its hash. */
  hashNewPassword(
    password: string,
    owner: PasswordOwner,
  ): Promise<{ ok: true; value: string } | ({ ok: false } & PasswordFault)>
}

interface Identified {
  /** Null when nobody has the name. */
  id: string | null
  /** Whether this browser logged in as this user before, with the present password. */
  isKnown: boolean
  check(password: string): Promise<LogInOutcome>
}

export type LogInRefusal =
  | { code: 'credentials_wrong' | 'busy' }
  | { code: 'suspended'; until: number | null }
  | LockoutFault

type LogInOutcome = { ok: true; value: User } | ({ ok: false } & LogInRefusal)

type PasswordCheck = Result<User, 'password_wrong' | 'busy' | 'person_gone'> | ({ ok: false } & LockoutFault)

export type ChangePasswordFault =
  | PasswordFault
  | LockoutFault
  | { code: 'password_wrong' }
  | { code: 'person_gone' }
  | { code: 'password_change_too_often'; waitMs: number }

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
  /** A suspension ended because its time was over. */
  onLifted: (user: UserRecord) => Promise<void>
}): Accounts {
  const { store, tokens, passwords, strength, breached, clock, rateLimits, lockout } = deps

  const hashNewPassword: Accounts['hashNewPassword'] = async (password, owner) => {
    const fault = await findPasswordFault(password, owner, { minLength: deps.passwordMinLength, strength, breached })
    return fault === null ? passwords.hash(password) : { ok: false, ...fault }
  }

  async function findNamed(username: string): Promise<UserRecord | null> {
    const canonical = canonicalUsername(username)
    return canonical === null ? null : store.findByUsername(canonical)
  }

  /** A suspension whose time is over ends at the latest when the person logs in. */
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

  /** Somebody whose password was right. */
  async function admitted(record: UserRecord, replacement: string | null): Promise<LogInOutcome> {
    if (record.status === 'suspended' && record.deletedAt === null) {
      return { ok: false, code: 'suspended', until: record.suspendedUntil }
    }
    if (!mayLogIn(record)) return refused('credentials_wrong')
    if (replacement !== null) {
      // Compare and set: a password changed meanwhile must not be put back.
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

  /** Also somebody who deleted the account and may come back. */
  function mayLogIn(record: UserRecord | null): record is UserRecord {
    if (record?.status !== 'active') return false
    return record.deletedAt === null || clock() - record.deletedAt < undoDeletionMs
  }

  async function insert(
    { username, email = null, isEmailProved = false, role = 'member' }: Omit<NewAccount, 'password'>,
    passwordHash: string,
    token?: Pick<TokenUse, 'id' | 'purpose'>,
  ): Promise<Result<User, 'username_taken'> | { ok: false; code: 'link_void' }> {
    const record = newUser({
      id: newId(),
      username,
      passwordHash,
      email,
      emailVerifiedAt: email !== null && isEmailProved ? clock() : null,
      role,
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
    const { username, email = null } = account
    const passwordHash = await hashNewPassword(account.password, { username, email })
    return passwordHash.ok ? insert(account, passwordHash.value, token) : passwordHash
  }

  async function identify(username: string, loginClient: LoginClient): Promise<Identified> {
    const named = await findNamed(username)
    const whom = { name: canonicalUsername(username) ?? username, user: named }
    return {
      id: named?.id ?? null,
      isKnown: named !== null && loginClient.isKnown(named),
      async check(password) {
        // Reads the user again when it is this attempt's turn: the attempts before it may have changed the account.
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

    create: async (account) => withoutToken(await insert(account, noPassword)),

    checkCredentials: async (username, password, loginClient) =>
      (await identify(username, loginClient)).check(password),

    identify,

    async findActive(id) {
      const record = await store.find(id)
      return isActive(record) ? toUser(record) : null
    },

    async findOwner({ userId, passwordChangedAt, provedAt }) {
      const record = await store.find(userId)
      if (!isActive(record)) return refused('ended')
      const isOfPresentPassword =
        passwordChangedAt === -1
          ? provedAt >= (record.passwordChangedAt ?? 0)
          : passwordChangedAt === record.passwordChangedAt
      return isOfPresentPassword ? ok(toUser(record)) : refused('password-changed')
    },

    checkPassword: async (id, password, loginClient) => comparePassword(await store.find(id), password, loginClient),

    async changePassword(id, { current, password }, loginClient) {
      const record = await store.find(id)
      const checked = await comparePassword(record, current, loginClient)
      if (!checked.ok) return checked
      if (!isActive(record)) return refused('person_gone')
      const hashed = await hashNewPassword(password, record)
      if (!hashed.ok) return hashed
      const waitMs = await rateLimits.take('password-change', id)
      if (waitMs > 0) return { ok: false, code: 'password_change_too_often', waitMs }
      // Also within one millisecond no two passwords share a time.
      const passwordChangedAt = Math.max(clock(), (record.passwordChangedAt ?? 0) + 1)
      const change: UserChange = { passwordHash: hashed.value, passwordChangedAt }
      const onlyIf = { passwordHash: record.passwordHash, status: 'active', deletedAt: null } as const
      // Changed, suspended or deleted since it was read: what was typed is then not the present password.
      const changed = await store.update(id, change, onlyIf)
      return changed === null ? refused('password_wrong') : ok(toUser(changed))
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

function toUser(record: UserRecord): User {
  const { id, username, role, profile, passwordChangedAt, deletedAt, recoveryGeneration } = record
  const { email, emailVerifiedAt, newEmail, locale, timeZone } = record
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
    locale,
    timeZone,
  }
}
