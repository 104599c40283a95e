// Telling an account's owner by mail what happened to it, with a way out for whoever did not do it.
import { type Clock, seconds } from '../clock.ts'
import { oneTimeTokens } from '../core/one-time-tokens.ts'
import { logFault } from '../log.ts'
import { disownLifeMs } from '../mail/letter.ts'
import { type Decision, type Mail, momentOnly, type NoticeKind, type RequestInfo, readerOf } from '../mail/message.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import type { TokenStore, UserRecord } from '../stores/types.ts'
import { claimSchema } from './claims.ts'

/** The links in alerts. The subject is the user's id; each alert has its own link. */
export const disownLinks = (store: TokenStore, clock: Clock) =>
  oneTimeTokens({ store, clock, purpose: 'disown', lifeMs: disownLifeMs, detail: claimSchema, several: true })

type Told = Pick<
  UserRecord,
  'id' | 'username' | 'email' | 'emailVerifiedAt' | 'recoveryGeneration' | 'locale' | 'timeZone'
>

export interface Notices {
  /**
   * To the verified address in this record, as it stood before what happened. Never rejects: what happened is done,
   * whether or not its owner could be told; a notice that was lost is logged.
   */
  tell(user: Told, kind: NoticeKind, by: RequestInfo): Promise<void>
  /**
   * To the address in this record, which a recovery replaced. It carries no way back: the other address has the stronger
   * claim. Never rejects.
   */
  tellReplaced(user: Told, by: RequestInfo): Promise<void>
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
  limits: RateLimits
  clock: Clock
  enabled: boolean
}): Notices {
  const { tokens, mail, limits, clock, enabled } = deps
  const links = disownLinks(tokens, clock)
  return {
    async tell({ id, username, email, emailVerifiedAt, recoveryGeneration, ...reader }, kind, by) {
      if (!enabled || email === null || emailVerifiedAt === null) return
      const whose = `${kind} ${id}`
      const laterMs = alwaysTold.includes(kind) ? 0 : await limits.take('alert', whose)
      // A delayed alert covers everything until it is sent, so one per due time is enough.
      const dueAt = Math.round((clock() + laterMs) / seconds(10))
      if (laterMs > 0 && (await limits.take('alert-late', `${whose} ${dueAt}`)) > 0) return
      const claim = { email, verifiedAt: emailVerifiedAt, generation: recoveryGeneration }
      try {
        const { secret: token } = await links.issue(id, claim)
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
