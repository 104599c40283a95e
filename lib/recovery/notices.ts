// Telling an account's owner by mail what happened to it, with a way out for whoever did not do it.
import type { Clock } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newId, newToken } from '../crypto/random.ts'
import { logFault } from '../log.ts'
import { disownLifeMs } from '../mail/letter.ts'
import { type Circumstances, type Decision, type Mail, momentOnly, type NoticeKind, readerOf } from '../mail/message.ts'
import type { TokenStore, UserRecord } from '../stores/types.ts'

/** `subject` of the token names the person, `detail` the address that the notice went to. */
export const disownPurpose = 'disown'
export const disownTokenId = (token: string) => sha256(`${disownPurpose} ${token}`)
/** Each notice has its own, so the person stands before a mark that no other token shares. */
export const disownSubject = (userId: string) => `${userId} ${newId()}`
export const userIdOf = (subject: string) => subject.slice(0, subject.indexOf(' '))

type Told = Pick<UserRecord, 'id' | 'username' | 'email' | 'emailVerifiedAt' | 'locale' | 'timeZone'>

export interface Notices {
  /**
   * To the verified address in this record, as it stood before what happened. Never rejects: what happened is done,
   * whether or not its owner could be told; a notice that was lost is logged.
   */
  tell(user: Told, kind: NoticeKind, by: Circumstances): Promise<void>
  /**
   * The same of what the owner cannot undo: it carries no link, and says whom to ask. Of whoever decided it tells nothing.
   */
  tellDecision(user: Told, decision: Decision): Promise<void>
}

export function createNotices(deps: { tokens: TokenStore; mail: Mail; clock: Clock; enabled: boolean }): Notices {
  const { tokens, mail, clock, enabled } = deps
  return {
    async tell({ id, username, email, emailVerifiedAt, ...reader }, kind, by) {
      if (!enabled || email === null || emailVerifiedAt === null) return
      const token = newToken()
      const createdAt = clock()
      try {
        await tokens.put({
          id: disownTokenId(token),
          purpose: disownPurpose,
          subject: disownSubject(id),
          detail: email,
          createdAt,
          expiresAt: createdAt + disownLifeMs,
          issuedBy: null,
        })
        await mail.post({ kind, to: email, username, token, by, reader: readerOf(reader) })
      } catch (error) {
        logFault('notice_lost', error, { kind, userId: id })
      }
    },

    async tellDecision({ id, username, email, emailVerifiedAt, ...reader }, decision) {
      if (!enabled || email === null || emailVerifiedAt === null) return
      try {
        await mail.post({ ...decision, to: email, username, by: momentOnly(clock()), reader: readerOf(reader) })
      } catch (error) {
        logFault('notice_lost', error, { kind: decision.kind, userId: id })
      }
    },
  }
}
