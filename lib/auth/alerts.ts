// Security alerts: mails that tell the owner what happened to the account, with a link to report that it was not them.

import { type Clock, seconds } from '../core/clock.ts'
import { compromiseReportLifeMs } from '../core/lifetimes.ts'
import { logError } from '../core/log/log.ts'
import {
  type AlertKind,
  type Decision,
  type Mail,
  momentOnly,
  type RequestInfo,
  readerOf,
} from '../core/mail/message.ts'
import { oneTimeTokens } from '../core/one-time-tokens.ts'
import type { RateLimits } from '../core/rate-limits/rate-limits.ts'
import type { TokenStore, UserRecord } from '../stores/types.ts'
import { claimSchema } from './claims.ts'

/** The links in alerts. The subject is the user's id; each alert has its own link. */
export const compromiseReportLinks = (store: TokenStore, clock: Clock) =>
  oneTimeTokens({ store, clock, purpose: 'disown', lifeMs: compromiseReportLifeMs, detail: claimSchema, several: true })

type Told = Pick<
  UserRecord,
  'id' | 'username' | 'email' | 'emailVerifiedAt' | 'recoveryGeneration' | 'locale' | 'timeZone'
>

export interface AlertFacts {
  /** How many recovery codes are left, for `recovery-code-used`. */
  left?: number
}

export interface Alerts {
  /**
   * Sends to the verified address in this record, as it was before the change. Never rejects, because the change is
   * done; a lost alert is logged.
   */
  tell(user: Told, kind: AlertKind, by: RequestInfo, facts?: AlertFacts): Promise<void>
  /**
   * Sends to the address in this record, which a recovery replaced. Has no link, because the other address has the
   * stronger claim. Never rejects.
   */
  tellReplaced(user: Told, by: RequestInfo): Promise<void>
  /**
   * Like `tell`, for what the owner cannot undo: no link, no data about who decided it, and whom to ask. Never rejects.
   */
  tellDecision(user: Told, decision: Decision): Promise<void>
}

/** Always sent, because these events change who can log in. Other rate limits bound how often they happen. */
const alwaysTold: readonly AlertKind[] = [
  'password-changed',
  'address-changed',
  'address-removed',
  'two-factor-on',
  'two-factor-off',
  'recovery-codes-new',
  'recovery-code-used',
  'passkey-added',
  'passkey-removed',
]

export function createAlerts(deps: {
  tokens: TokenStore
  mail: Mail
  rateLimits: RateLimits
  clock: Clock
  enabled: boolean
}): Alerts {
  const { tokens, mail, rateLimits, clock, enabled } = deps
  const links = compromiseReportLinks(tokens, clock)
  return {
    async tell({ id, username, email, emailVerifiedAt, recoveryGeneration, ...reader }, kind, by, facts) {
      if (!enabled || email === null || emailVerifiedAt === null) return
      // A delayed alert covers neither what follows a recovery nor another address: its link would be void.
      const whose = `${kind} ${id} ${recoveryGeneration} ${emailVerifiedAt}`
      const laterMs = alwaysTold.includes(kind) ? 0 : await rateLimits.take('alert', whose)
      // A delayed alert covers everything until it is sent, so one per due time is enough.
      const dueAt = Math.round((clock() + laterMs) / seconds(10))
      if (laterMs > 0 && (await rateLimits.take('alert-late', `${whose} ${dueAt}`)) > 0) return
      const claim = { email, verifiedAt: emailVerifiedAt, generation: recoveryGeneration }
      try {
        const { secret: token } = await links.issue(id, claim)
        const message = {
          kind,
          to: email,
          username,
          token,
          by,
          reader: readerOf(reader),
          isForAll: laterMs > 0,
          ...facts,
        }
        await mail.post(message, laterMs)
      } catch (error) {
        logError('notice_lost', error, { kind, userId: id })
      }
    },

    async tellReplaced({ id, username, email, ...reader }, by) {
      if (!enabled || email === null) return
      const kind = 'address-replaced'
      await mail
        // Leave out the origin: the IP address may be the thief's and the mailbox the owner's.
        .post({ kind, to: email, username, by: momentOnly(by.at), reader: readerOf(reader) })
        .catch((error: unknown) => logError('notice_lost', error, { kind, userId: id }))
    },

    async tellDecision({ id, username, email, emailVerifiedAt, ...reader }, decision) {
      if (!enabled || email === null || emailVerifiedAt === null) return
      try {
        await mail.post({ ...decision, to: email, username, by: momentOnly(clock()), reader: readerOf(reader) })
      } catch (error) {
        logError('notice_lost', error, { kind: decision.kind, userId: id })
      }
    },
  }
}
