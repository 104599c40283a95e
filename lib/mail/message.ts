// What the domain has to say by mail, before it has words.
import type { Role, UserRecord } from '../stores/types.ts'
import type { Locale } from '../words/words.ts'

/** When, with what and from where something was done, and how whoever did it reads. */
export interface RequestInfo {
  at: number
  userAgent: string
  address: string
  locale: Locale
  /** Null when the browser has not told. */
  timeZone: string | null
}

/** For what an administrator, the operator or the site does: the mail says when, and nothing else about them. */
export function momentOnly(at: number): RequestInfo {
  return { at, userAgent: '', address: '', locale: 'en', timeZone: null }
}

/** How the recipient reads: their language and time zone, whoever caused the mail. Null is not known. */
export type Reader = Pick<UserRecord, 'locale' | 'timeZone'>

export const readerOf = ({ locale, timeZone }: Reader): Reader => ({ locale, timeZone })

/** What happens to an account and its owner is told of. */
export const noticeKinds = [
  'new-device',
  'password-changed',
  'password-locked',
  'address-changed',
  'address-removed',
  'username-changed',
  'account-deleted',
  'account-restored',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** What those who look after the site, or the site itself, did to an account: they can be asked about it. */
export type Decision =
  | { kind: 'role-changed'; role: Role }
  | { kind: 'suspended'; until: number | null }
  | { kind: 'suspension-ended' }
  | { kind: 'account-deleted-by-admin'; erasedAt: number }
  | { kind: 'account-restored-by-admin' }

export type Message = { to: string; username: string; by: RequestInfo; reader: Reader } & (
  | { kind: 'verify-email'; code: string }
  /** To somebody who verified the address that another account just gave. */
  | { kind: 'address-in-use' }
  | { kind: 'reset-password' | 'reset-started'; token: string }
  /** To an address that a recovery by an earlier one replaced. */
  | { kind: 'address-replaced' }
  | Decision
  /** To somebody who has no username here yet: it is empty. */
  | { kind: 'invitation'; token: string }
  /** `token` is for whoever did not do it; `isForAll`: more of the kind may have happened while the mail waited. */
  | { kind: NoticeKind; token: string; isForAll?: boolean }
)

/** Takes a message to be sent, `delayMs` from now at the earliest; the promise resolves when it is kept, not when it was sent. */
export interface Mail {
  post(message: Message, delayMs?: number): Promise<void>
}
