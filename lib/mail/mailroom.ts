// The queue of letters, kept in the store so that neither a restart nor a dead server loses one. Sending is off every
// request's path; many processes share one queue.
//
// A letter whose fate is not known (the connection broke after its last byte, the process died before it was crossed
// out) is sent again under the same Message-ID: SMTP has no way to ask, and a lost code is worse than one that a
// mailbox shows once more.
import { z } from 'zod'
import { type Clock, hours, minutes, seconds } from '../clock.ts'
import { newId } from '../crypto/random.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { type Log, logFault } from '../log.ts'
import { outsideOfRequests } from '../request-context.ts'
import type { MailRecord, MailStore } from '../stores/types.ts'
import { writeLetter } from './letter.ts'
import type { Mail } from './message.ts'
import { atOnce, DeliveryError, type Transport } from './transport.ts'

export interface Mailroom extends Mail {
  /** Begins to send what waits, and goes on until it is stopped. */
  open(): void
  /** Resolves when what is on its way has arrived or failed, at the latest after ten seconds. */
  close(): Promise<void>
}

const purpose = 'mail'
const letterSchema = z.strictObject({ to: z.string(), subject: z.string(), text: z.string(), html: z.string() })

/** Longer than any try may take: until then nobody else sends what somebody is sending. */
const leaseMs = minutes(5)
/** RFC 5321, 4.5.4.1 asks for at least four to five days, for letters between people; a code is old after ten minutes. */
export const triedForMs = hours(24)
const longestPauseMs = hours(1)
/** More than a day has; of a mail that a clock ahead of its time dated, only the tries say how old it is. */
const mostAttempts = 30
/** How soon what another process left, or a clock that was moved, is noticed. */
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
    // For everybody whose mail waits, not for the request that happened to wake it.
    sending = outsideOfRequests(sendDue)
      .catch((error: unknown) => logFault('mail_queue_failed', error))
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
    // Another process may have the secret, and this one once its settings are put right.
    if (letter === null) return retryLater(mail, 'sealed with another secret')
    try {
      // The queue may have been filled when the clock was ahead; no letter is from the future.
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

/** Whether these secrets open a letter that waits. */
export async function opensWith({ sealed }: Pick<MailRecord, 'sealed'>, secrets: readonly string[]): Promise<boolean> {
  return (await unseal(sealed, purpose, secrets)) !== null
}

/** Half a minute, then four times as long each time, up to an hour. */
function pauseAfter(attempts: number): number {
  return Math.min(seconds(30) * 4 ** (attempts - 1), longestPauseMs)
}
