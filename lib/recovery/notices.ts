// Telling an account's owner by mail what happened to it, with a way out for whoever did not do it.
import { type Clock, seconds } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newId, newToken } from '../crypto/random.ts'
import type { Limits } from '../limits/limits.ts'
import { logFault } from '../log.ts'
import { disownLifeMs } from '../mail/letter.ts'
import { type Circumstances, type Decision, type Mail, momentOnly, type NoticeKind, readerOf } from '../mail/message.ts'
import type { TokenStore, UserRecord } from '../stores/types.ts'
import type { Claim } from './claims.ts'

/** `subject` of the token names the user, `detail` is the claim (claims.ts). */
export const disownPurpose = 'disown'
export const disownTokenId = (token: string) => sha256(`${disownPurpose} ${token}`)
/** A user has several at once, so the user's id stands before a mark that no other token shares. */
export const subjectOf = (userId: string) => `${userId} ${newId()}`
export const userIdOf = (subject: string) => subject.slice(0, subject.indexOf(' '))

type Told = Pick<
  UserRecord,
  'id' | 'username' | 'email' | 'emailVerifiedAt' | 'recoveryGeneration' | 'locale' | 'timeZone'
>

export interface Notices {
  /**
   * To the verified address in this record, as it stood before what happened. Never rejects: what happened is done,
   * whether or not its owner could be told; a notice that was lost is logged.
   */
  tell(user: Told, kind: NoticeKind, by: Circumstances): Promise<void>
  /**
   * To the address in this record, which a recovery replaced. It carries no way back: the other address has the stronger
   * claim. Never rejects.
   */
  tellReplaced(user: Told, by: Circumstances): Promise<void>
  /**
   * The same of what the owner cannot undo: it carries no link, and says whom to ask. Of whoever decided it tells nothing.
   */
  tellDecision(user: Told, decision: Decision): Promise<void>
}

/** Each of these says who may get in from now on. Other limits bound how often they happen. */
const alwaysTold: readonly NoticeKind[] = ['password-changed', 'address-changed', 'address-removed']

export function createNotices(deps: {
  tokens: TokenStore
  mail: Mail
  limits: Limits
  clock: Clock
  enabled: boolean
}): Notices {
  const { tokens, mail, limits, clock, enabled } = deps
  return {
    async tell({ id, username, email, emailVerifiedAt, recoveryGeneration, ...reader }, kind, by) {
      if (!enabled || email === null || emailVerifiedAt === null) return
      const whose = `${kind} ${id}`
      const laterMs = alwaysTold.includes(kind) ? 0 : await limits.take('alert', whose)
      const createdAt = clock()
      // One that waits tells of all that happens until then; counted by when it goes out.
      const dueAt = Math.round((createdAt + laterMs) / seconds(10))
      if (laterMs > 0 && (await limits.take('alert-late', `${whose} ${dueAt}`)) > 0) return
      const token = newToken()
      const claim: Claim = { email, verifiedAt: emailVerifiedAt, generation: recoveryGeneration }
      try {
        await tokens.put({
          id: disownTokenId(token),
          purpose: disownPurpose,
          subject: subjectOf(id),
          detail: JSON.stringify(claim),
          createdAt,
          expiresAt: createdAt + disownLifeMs,
          issuedBy: null,
        })
        const message = { kind, to: email, username, token, by, reader: readerOf(reader), isForAll: laterMs > 0 }
        await mail.post(message, laterMs)
      } catch (error) {
        logFault('notice_lost', error, { kind, userId: id })
      }
    },

    async tellReplaced({ id, username, email, ...reader }, by) {
      if (!enabled || email === null) return
      const kind = 'address-replaced'
      await mail
        .post({ kind, to: email, username, by, reader: readerOf(reader) })
        .catch((error: unknown) => logFault('notice_lost', error, { kind, userId: id }))
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
