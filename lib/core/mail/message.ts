// The messages that features send, before they become text.
import type { Role, UserRecord } from '../../stores/types.ts'
import type { Locale } from '../../words/words.ts'

/** When, with which browser and from which IP address a request was made, and its language and time zone. */
export interface RequestInfo {
  at: number
  userAgent: string
  address: string
  locale: Locale
  /** Null when the browser did not send it. */
  timeZone: string | null
}

/** For actions of an admin, the operator or the site: the mail tells the time and nothing else about them. */
export function momentOnly(at: number): RequestInfo {
  return { at, userAgent: '', address: '', locale: 'en', timeZone: null }
}

/** The language and time zone of the recipient, not of the user who caused the mail. Null when unknown. */
export type Reader = Pick<UserRecord, 'locale' | 'timeZone'>

export const readerOf = ({ locale, timeZone }: Reader): Reader => ({ locale, timeZone })

/** Security alerts: changes to an account that its owner is told about. */
export const alertKinds = [
  'new-device',
  'password-changed',
  'password-locked',
  'address-changed',
  'address-removed',
  'username-changed',
  'account-deleted',
  'account-restored',
  'two-factor-on',
  'two-factor-off',
  'two-factor-locked',
  'recovery-codes-new',
  'recovery-code-used',
  'passkey-added',
  'passkey-removed',
] as const
export type AlertKind = (typeof alertKinds)[number]

/** What an admin, the operator or the site did to an account. The recipient can ask them about it. */
export type Decision =
  | { kind: 'role-changed'; role: Role }
  | { kind: 'suspended'; until: number | null }
  | { kind: 'suspension-ended' }
  | { kind: 'account-deleted-by-admin'; erasedAt: number }
  | { kind: 'account-restored-by-admin' }
  | { kind: 'picture-removed-by-admin' }
  /** Without a password, the user chooses one by mail. */
  | { kind: 'factor-reset-done'; hasPassword: boolean }

export type Message = { to: string; username: string; by: RequestInfo; reader: Reader } & (
  | { kind: 'verify-email'; code: string }
  /** To the user who has verified the address that another account just entered. */
  | { kind: 'address-in-use' }
  | { kind: 'reset-password' | 'reset-started'; token: string }
  /** An administrator removes the second factors at `dueAt`. `token` stops it. */
  | { kind: 'factor-reset-started'; token: string; dueAt: number }
  /** To an address that a recovery by an earlier one replaced. */
  | { kind: 'address-replaced' }
  | Decision
  /** To a recipient without an account: `username` is empty. Mails of earlier versions name no `inviter`. */
  | { kind: 'invitation'; token: string; inviter?: string; role?: Role }
  /**
   * `token` reports that the owner did not do it. `isForAll`: more events of the kind may have happened while the mail
   * waited. `left`: how many recovery codes are left, for `recovery-code-used`.
   */
  | { kind: AlertKind; token: string; isForAll?: boolean; left?: number }
)

/** Queues a message, due after `delayMs`. Resolves when it is stored, before it is sent. */
export interface Mail {
  post(message: Message, delayMs?: number): Promise<void>
}
