// What the domain has to say by mail, before it has words.
import type { Locale } from '../words/words.ts'

/** When, with what and from where something was done, and how whoever did it reads. */
export interface Circumstances {
  at: number
  userAgent: string
  address: string
  locale: Locale
  /** Null when the browser has not told. */
  timeZone: string | null
}

/** What happens to an account and its owner is told of. */
export const noticeKinds = [
  'new-device',
  'password-changed',
  'password-locked',
  'address-changed',
  'address-removed',
  'account-deleted',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

export type Message = { to: string; username: string; by: Circumstances } & (
  | { kind: 'verify-email'; code: string }
  /** To somebody who verified the address that another account just gave. */
  | { kind: 'address-in-use' }
  | { kind: 'reset-password' | 'reset-started'; token: string }
  | { kind: 'account-deleted-by-admin' }
  /** To an address that a recovery by an earlier one replaced. */
  | { kind: 'address-replaced' }
  /** To somebody who has no username here yet: it is empty. */
  | { kind: 'invitation'; token: string }
  /** `token` is for whoever did not do it; `isForAll`: more of the kind may have happened while the mail waited. */
  | { kind: NoticeKind; token: string; isForAll?: boolean }
)

/** Takes a message to be sent, `delayMs` from now at the earliest; the promise resolves when it is kept, not when it was sent. */
export interface Mail {
  post(message: Message, delayMs?: number): Promise<void>
}
