// What comes of a row of another system's file: somebody to insert, or a reason; and what both need to be told of.
import type { FirebaseProject } from '../../core/crypto/old-hashes.ts'
import { snakeCase } from '../../stores/kinds.ts'
import type { UserRecord } from '../../stores/types.ts'
import { profileFieldNames } from '../profile/profile.ts'

export const importFormats = ['csv', 'jsonl', 'firebase', 'streamlit'] as const
export type ImportFormat = (typeof importFormats)[number]

export interface ImportContext {
  now: number
  newId(): string
  /** What the hashes of Firebase need, or null. */
  firebase: FirebaseProject | null
}

export interface Place {
  /** Where the row begins, from 1; in Firebase's list the person's number; null in a form without an order. */
  line: number | null
  /** As given, to find the row again. Empty when missing, and when it looks like anything but a name. */
  username: string
  email: string
}

export interface Rejection extends Place {
  kind: 'rejection'
  reason: string
  /** The person, or another of this name, is there already. */
  isThere: boolean
}

/** Who can be inserted, as far as the row itself tells. */
export interface Candidate extends Place {
  kind: 'candidate'
  user: UserRecord
  /** The row has no username: this is what to make one from. */
  usernameFrom: string | null
}

/** What was left out of somebody who is taken over. */
export interface Note {
  kind: 'note'
  text: string
}

export type Reading = Candidate | Rejection | Note

/** The columns of a CSV file, and the names in a line of JSON. */
export const importColumns = [
  'username',
  'email',
  'email_verified',
  'password_hash',
  ...profileFieldNames.map(snakeCase),
  'role',
  'created_at',
] as const
export type Column = (typeof importColumns)[number]

export type Fields = Partial<
  Record<
    Column | 'status' | 'suspended_until' | 'suspend_reason' | 'deleted_at' | 'firebase_id' | 'firebase_salt',
    string
  >
>

export interface Row {
  line: number
  fields: Fields
  faults: string[]
}

export function rejected({ line, username, email }: Place, reason: string, isThere = false): Rejection {
  return { kind: 'rejection', line, username, email, reason, isThere }
}

/** What stands in a wrong column may be anything, also a hash: those have a $, or are long and without a gap. */
export function shown(text: string): string {
  const isSecretive = text.length > 254 || text.includes('$') || /^[^\s@]{33,}$|^[0-9a-f]{32}$/i.test(text.trim())
  return isSecretive ? '' : text
}

export function unreadable(why: string, cause: unknown = null): Error {
  return Object.assign(new Error(`The file cannot be imported: ${why}.`, { cause }), { code: 'import_unreadable' })
}
