// Signing up, checking credentials, the profile. Decides; the store remembers. Knows no forms, words or cookies.
import type { Clock } from '../clock.ts'
import type { PasswordHasher } from '../crypto/password.ts'
import { newId } from '../crypto/random.ts'
import { ok, type Result, refused } from '../result.ts'
import type { Profile, Role, UserRecord, UserStore } from '../stores/types.ts'
import { findPasswordFault, type PasswordFault } from './password-rules.ts'
import type { PasswordStrength } from './password-strength.ts'
import { canonicalUsername } from './username.ts'

/** A person as pages may see them: without the password hash. */
export interface User {
  id: string
  username: string
  role: Role
  profile: Profile
  /** Null while the password is the one of the sign-up. */
  passwordChangedAt: number | null
}

export type SignUpFault = PasswordFault | { code: 'username_taken' }

export interface NewAccount {
  /** Canonical form. */
  username: string
  password: string
}

export interface Accounts {
  /** Refuses a taken name, and a password that breaks the rules, with what the reason needs to be told. */
  signUp(account: NewAccount): Promise<{ ok: true; value: User } | ({ ok: false } & SignUpFault)>
  /**
   * The person with this name and password. Unknown name, wrong password and suspended account get one answer and
   * cost the same time. Replaces a hash of an old kind on the way.
   */
  checkCredentials(username: string, password: string): Promise<Result<User, 'credentials_wrong' | 'busy'>>
  /** Null when the person is gone or suspended. */
  findActive(id: string): Promise<User | null>
  /** Whether the person is still active and still has the password that `user` was known by. */
  isCurrent(user: User): Promise<boolean>
  /** Proof that the person at the keyboard is this one. */
  checkPassword(id: string, password: string): Promise<Result<null, 'password_wrong' | 'busy' | 'person_gone'>>
  /**
   * Replaces the password, and voids every log-in that began with the old one (`isCurrent`). The sessions there are
   * stay: ending the others comes next, and is the caller's.
   */
  changePassword(
    id: string,
    change: { current: string; password: string },
  ): Promise<{ ok: true; value: null } | ({ ok: false } & ChangePasswordFault)>
  saveProfile(id: string, profile: Profile): Promise<Result<null, 'person_gone'>>
}

export type ChangePasswordFault = PasswordFault | { code: 'password_wrong' } | { code: 'person_gone' }

export function createAccounts(deps: {
  store: UserStore
  passwords: PasswordHasher
  strength: PasswordStrength
  passwordMinLength: number
  clock: Clock
}): Accounts {
  const { store, passwords, strength, clock } = deps

  return {
    async signUp({ username, password }) {
      if ((await store.findByUsername(username)) !== null) return refused('username_taken')
      const fault = await findPasswordFault(password, username, { minLength: deps.passwordMinLength, strength })
      if (fault !== null) return { ok: false, ...fault }
      const passwordHash = await passwords.hash(password)
      if (!passwordHash.ok) return passwordHash
      const record: UserRecord = {
        id: newId(),
        username,
        passwordHash: passwordHash.value,
        email: null,
        emailVerifiedAt: null,
        newEmail: null,
        role: 'member',
        status: 'active',
        profile: { fullName: '', bio: '', age: null },
        createdAt: clock(),
        passwordChangedAt: null,
        deletedAt: null,
      }
      const outcome = await store.insert(record)
      return outcome === 'inserted' ? ok(toUser(record)) : refused('username_taken')
    },

    async checkCredentials(username, password) {
      const canonical = canonicalUsername(username)
      const record = canonical === null ? null : await store.findByUsername(canonical)
      const verdict = await passwords.verify(record?.passwordHash ?? null, password)
      if (!verdict.ok) return verdict
      if (record?.status !== 'active' || !verdict.value.matches) return refused('credentials_wrong')
      const { replacement } = verdict.value
      if (replacement !== null) {
        // Compare and set: a password changed meanwhile must not be put back.
        await store.update(record.id, { passwordHash: replacement }, { passwordHash: record.passwordHash })
      }
      return ok(toUser(record))
    },

    async findActive(id) {
      const record = await store.find(id)
      return record?.status === 'active' ? toUser(record) : null
    },

    async isCurrent({ id, passwordChangedAt }) {
      const record = await store.find(id)
      return record?.status === 'active' && record.passwordChangedAt === passwordChangedAt
    },

    async checkPassword(id, password) {
      const record = await store.find(id)
      if (record?.status !== 'active') return refused('person_gone')
      const verdict = await passwords.verify(record.passwordHash, password)
      if (!verdict.ok) return verdict
      return verdict.value.matches ? ok(null) : refused('password_wrong')
    },

    async changePassword(id, { current, password }) {
      const record = await store.find(id)
      if (record?.status !== 'active') return refused('person_gone')
      const verdict = await passwords.verify(record.passwordHash, current)
      if (!verdict.ok) return verdict
      if (!verdict.value.matches) return refused('password_wrong')
      const fault = await findPasswordFault(password, record.username, { minLength: deps.passwordMinLength, strength })
      if (fault !== null) return { ok: false, ...fault }
      const passwordHash = await passwords.hash(password)
      if (!passwordHash.ok) return passwordHash
      // Also within one millisecond no two passwords share a time.
      const passwordChangedAt = Math.max(clock(), (record.passwordChangedAt ?? 0) + 1)
      const changed = await store.update(
        id,
        { passwordHash: passwordHash.value, passwordChangedAt },
        { passwordHash: record.passwordHash, status: 'active' },
      )
      // Changed or suspended since it was read: what was typed is then not the present password.
      return changed === null ? refused('password_wrong') : ok(null)
    },

    async saveProfile(id, profile) {
      // Decided where it is written: whoever was suspended since the page's guard changes nothing.
      const saved = await store.update(id, { profile }, { status: 'active' })
      return saved === null ? refused('person_gone') : ok(null)
    },
  }
}

function toUser({ id, username, role, profile, passwordChangedAt }: UserRecord): User {
  return { id, username, role, profile, passwordChangedAt }
}
