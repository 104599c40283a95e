// The types that the steps of an import share, and how a row is rejected.
import type { FirebaseProject } from '../../core/crypto/old-hashes.ts'
import { profileFieldNames } from '../../core/profile.ts'
import { snakeCase } from '../../stores/kinds.ts'
import type { UserRecord } from '../../stores/types.ts'
import type { ReadApp } from './totp.ts'

export const importFormats = ['csv', 'jsonl', 'firebase', 'streamlit'] as const
export type ImportFormat = (typeof importFormats)[number]

export interface ImportContext {
  now: number
  newId(): string
  /** The project parameters for Firebase hashes, or null. */
  firebase: FirebaseProject | null
  /** Seals the key of an authenticator app for the store. */
  sealTotp(key: string, userId: string): Promise<string>
}

export interface Place {
  /** The line where the row begins, from 1; the index in Firebase's list; null for a format without order. */
  line: number | null
  /** As given, so that the operator finds the row. Empty if missing or if it could be a secret. */
  username: string
  email: string
}

export interface Rejection extends Place {
  kind: 'rejection'
  reason: string
  /** The user, or another one with this username, exists already. */
  isThere: boolean
}

/** A row that can be inserted, as far as the row alone shows. */
export interface Candidate extends Place {
  kind: 'candidate'
  user: UserRecord
  /** The text to generate a username from, when the row has none. */
  usernameFrom: string | null
}

/** A value that was left out of an imported user. */
export interface Note {
  kind: 'note'
  text: string
}

export type Reading = Candidate | Rejection | Note

/** The columns of a CSV file and the keys of a JSON line. */
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
  errors: string[]
  /** The authenticator app, of JSON lines. */
  app?: ReadApp
}

export function rejected({ line, username, email }: Place, reason: string, isThere = false): Rejection {
  return { kind: 'rejection', line, username, email, reason, isThere }
}

/** A value in the wrong column may be a password hash: hides text with a $, and long text without spaces. */
export function shown(text: string): string {
  const isSecretive = text.length > 254 || text.includes('$') || /^[^\s@]{33,}$|^[0-9a-f]{32}$/i.test(text.trim())
  return isSecretive ? '' : text
}

export function unreadable(why: string, cause: unknown = null): Error {
  return Object.assign(new Error(`The file cannot be imported: ${why}.`, { cause }), { code: 'import_unreadable' })
}
