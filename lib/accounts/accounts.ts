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
  saveProfile(id: string, profile: Profile): Promise<Result<null, 'person_gone'>>
}

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
        role: 'member',
        status: 'active',
        profile: { fullName: '', bio: '', age: null },
        createdAt: clock(),
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

    async saveProfile(id, profile) {
      // Decided where it is written: whoever was suspended since the page's guard changes nothing.
      const saved = await store.update(id, { profile }, { status: 'active' })
      return saved === null ? refused('person_gone') : ok(null)
    },
  }
}

function toUser({ id, username, role, profile }: UserRecord): User {
  return { id, username, role, profile }
}
