// The mail queue. It is stored, so that a restart or a failed server loses no mail. Requests do not wait for sending,
// and several processes share the queue.
//
// A mail with an unknown outcome (the connection broke after the last byte, or the process died before removing it) is
// sent again under the same Message-ID. SMTP cannot be asked, and a duplicate is better than a lost code.
import { z } from 'zod'
import type { MailRecord, MailStore } from '../../stores/types.ts'
import { type Clock, hours, minutes, seconds } from '../clock.ts'
import { newId } from '../crypto/random.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { type Log, logError } from '../log/log.ts'
import { outsideOfRequests } from '../request-context.ts'
import { writeLetter } from './letter.ts'
import type { Mail } from './message.ts'
import { atOnce, DeliveryError, type Transport } from './transport.ts'

export interface Mailroom extends Mail {
  /** Starts sending and continues until `close`. */
  open(): void
  /** Waits up to ten seconds for the mails that are being sent. */
  close(): Promise<void>
}

const purpose = 'mail'
const letterSchema = z.strictObject({ to: z.string(), subject: z.string(), text: z.string(), html: z.string() })

/** Longer than any attempt takes: until then no other process claims the mail. */
const leaseMs = minutes(5)
/** RFC 5321, 4.5.4.1 asks for four to five days, for mail between people. Our codes expire after ten minutes. */
export const triedForMs = hours(24)
const longestPauseMs = hours(1)
/** More attempts than fit into a day. For a mail dated by a wrong clock, only the attempts tell its age. */
const mostAttempts = 30
/** How soon a process sees mails that another one queued, and a changed clock. */
const lookEveryMs = seconds(5)
const closeWithinMs = seconds(10)

export function createMailroom(deps: {
  store: MailStore
  transport: Transport
  secrets: readonly string[]
  appOrigin: string
  clock: Clock
  log: Pick<Log, 'info' | 'warn' | 'error'>
}): Mailroom {
  const { store, transport, secrets, clock, log } = deps
  let isOpen = false
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | null = null

  function wake(): void {
    if (!isOpen || sending !== null) return
    clearTimeout(timer)
    // Run outside the request that happened to wake the queue: its context must not leak into other mails.
    sending = outsideOfRequests(sendDue)
      .catch((error: unknown) => logError('mail_queue_failed', error))
      .finally(() => {
        sending = null
        if (isOpen) timer = outsideOfRequests(() => setTimeout(wake, lookEveryMs).unref())
      })
  }

  async function sendDue(): Promise<void> {
    while (isOpen) {
      const now = clock()
      const due = await store.claim(now, now + leaseMs, atOnce, now + longestPauseMs + leaseMs)
      if (due.length === 0) return
      await Promise.all(due.map(send))
    }
  }

  async function send(mail: MailRecord): Promise<void> {
    const { id, createdAt: at } = mail
    const letter = letterSchema.nullable().parse(await unseal(mail.sealed, purpose, secrets))
    // Another process may have the secret, or this one after its settings are fixed.
    if (letter === null) return retryLater(mail, 'sealed with another secret')
    try {
      // A mail may have been queued while the clock was ahead. Never date one in the future.
      await transport.deliver({ ...letter, id, at: Math.min(at, clock()) })
    } catch (error) {
      const { reason, isFinal } = error instanceof DeliveryError ? error : { reason: 'unknown', isFinal: false }
      return isFinal ? giveUp(mail, reason) : retryLater(mail, reason)
    }
    await store.remove(id)
    log.info({ event: 'mail_sent', id, attempts: mail.attempts }, 'A mail was sent')
  }

  async function retryLater(mail: MailRecord, reason: string): Promise<void> {
    const { id, createdAt, attempts } = mail
    const next = clock() + pauseAfter(attempts)
    if (next >= createdAt + triedForMs || attempts >= mostAttempts) return giveUp(mail, reason)
    log.warn({ event: 'mail_put_off', id, attempts, reason }, 'A mail could not be sent; tried again')
    await store.putOff(id, attempts, next)
  }

  async function giveUp({ id, attempts }: MailRecord, reason: string): Promise<void> {
    await store.remove(id)
    log.error({ event: 'mail_given_up', id, attempts, reason }, 'A mail was not sent and is not tried again')
  }

  return {
    async post(message, delayMs = 0) {
      const letter = writeLetter(message, deps.appOrigin)
      const now = clock()
      const mail = {
        id: newId(),
        sealed: await seal(letter, purpose, secrets),
        createdAt: now,
        dueAt: now + delayMs,
        attempts: 0,
      }
      await store.add(mail)
      wake()
    },

    open() {
      isOpen = true
      wake()
    },

    async close() {
      isOpen = false
      clearTimeout(timer)
      let late: NodeJS.Timeout | undefined
      await Promise.race([sending, new Promise((resolve) => (late = setTimeout(resolve, closeWithinMs)))])
      clearTimeout(late)
      transport.close()
    },
  }
}

/** Whether these secrets open a queued mail. */
export async function opensWith({ sealed }: Pick<MailRecord, 'sealed'>, secrets: readonly string[]): Promise<boolean> {
  return (await unseal(sealed, purpose, secrets)) !== null
}

/** 30 s, then four times as long each time, up to an hour. */
function pauseAfter(attempts: number): number {
  return Math.min(seconds(30) * 4 ** (attempts - 1), longestPauseMs)
}
