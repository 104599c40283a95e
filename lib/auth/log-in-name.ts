// The name that a user logs in or recovers with: the username, or the verified e-mail address. Only addresses have an @.
import { trimTyped } from '../core/typed-text.ts'
import { emailKey, lowerCase } from '../stores/records.ts'
import type { UserRecord, UserStore } from '../stores/types.ts'
import { canonicalUsername } from './username.ts'

/** RFC 5321, 4.5.3.1.3, without the angle brackets. Longer input cannot exist, and a look-up would normalize it. */
export const longestName = 254

export type NameKind = 'username' | 'email'

export interface LogInName {
  kind: NameKind
  /** The same for all spellings of one name, also of an impossible one. Attempts count by it. */
  key: string
  isPossible: boolean
}

export function readLogInName(typed: string): LogInName {
  const name = trimTyped(typed)
  const kind = name.includes('@') ? 'email' : 'username'
  if (name.length > longestName) return { kind, key: name, isPossible: false }
  if (kind === 'email') return { kind, key: emailKey(name), isPossible: true }
  const username = canonicalUsername(name)
  return { kind, key: username ?? lowerCase(name), isPossible: username !== null }
}

/** One user at most: the stores keep usernames and verified addresses unique, and find both by an index. */
export async function findByLogInName(
  users: UserStore,
  { kind, key, isPossible }: LogInName,
): Promise<UserRecord | null> {
  if (!isPossible) return null
  return kind === 'email' ? users.findByVerifiedEmail(key) : users.findByUsername(key)
}
