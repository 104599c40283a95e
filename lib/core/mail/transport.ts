// Sends mails: to an SMTP server, or into files when none is configured.

import { join } from 'node:path'
import { createTransport as createMailer, type SendMailOptions } from 'nodemailer'
import { seconds } from '../clock.ts'
import { asciiEmail, type Mailbox } from '../email-address.ts'
import { errorCode } from '../error-code.ts'
import { createFile, makeFolder } from '../files/durable-file.ts'
import type { Log } from '../log/log.ts'
import { loopbackHosts } from '../loopback.ts'
import type { Letter } from './letter.ts'

export interface Parcel extends Letter {
  /** The same at every attempt, so that a server can recognise a duplicate. */
  id: string
  at: number
}

export interface Transport {
  /** Resolves when the server accepted the mail. Rejects with a DeliveryError. */
  deliver(parcel: Parcel): Promise<void>
  close(): void
}

/** `reason` is a code, never an address or a text. Do not retry a `final` one. */
export class DeliveryError extends Error {
  readonly code = 'mail_refused'
  readonly reason: string
  readonly isFinal: boolean

  constructor(message: string, { reason, isFinal, cause }: { reason: string; isFinal: boolean; cause: unknown }) {
    super(message, { cause })
    this.reason = reason
    this.isFinal = isFinal
  }
}

interface Options {
  smtpUrl: string | null
  mailFrom: Mailbox
  appOrigin: string
  dataDir: string
  log: Pick<Log, 'info'>
}

export function createTransport(options: Options): Transport {
  return options.smtpUrl === null ? createOutbox(options) : createSmtp(options.smtpUrl, options)
}

/** For display and logs: never contains a password. */
export function describeTransport({ smtpUrl, dataDir }: Pick<Options, 'smtpUrl' | 'dataDir'>): string {
  if (smtpUrl === null) return `files in ${join(dataDir, 'outbox')}`
  const { protocol, host } = new URL(smtpUrl)
  return `${protocol}//${host}`
}

function createSmtp(url: string, { mailFrom, appOrigin }: Options): Transport {
  const mailer = createMailer({ ...connectionTo(url), pool: true, maxConnections: atOnce, maxMessages: 100 })
  return {
    async deliver(parcel) {
      try {
        await mailer.sendMail(mailOf(parcel, mailFrom, appOrigin))
      } catch (cause) {
        throw deliveryError(cause)
      }
    },
    close: () => mailer.close(),
  }
}

/** Connects and logs in. Returns the error message, or null. Always null for the file transport. */
export async function verifyTransport({ smtpUrl }: Pick<Options, 'smtpUrl'>): Promise<string | null> {
  if (smtpUrl === null) return null
  const mailer = createMailer(connectionTo(smtpUrl))
  try {
    await mailer.verify()
    return null
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  } finally {
    mailer.close()
  }
}

/**
 * TLS with a checked certificate to any other machine (OWASP ASVS 5.0, 12.3.1 and 12.3.2); to this one where STARTTLS
 * is offered. `requireTLS` and `tls.…` in SMTP_URL take precedence.
 */
function connectionTo(url: string) {
  return { requireTLS: !loopbackHosts.includes(new URL(url).hostname), url, ...smtpLimits }
}

/** Whether SMTP_URL lets a network attacker read or answer in place of the server. */
export function isExposedSmtp(url: string): boolean {
  const { hostname, protocol, searchParams } = new URL(url)
  if (loopbackHosts.includes(hostname)) return false
  const isPlain = protocol === 'smtp:' && searchParams.get('requireTLS') === 'false'
  return isPlain || searchParams.get('tls.rejectUnauthorized') === 'false'
}

const smtpLimits = {
  dnsTimeout: seconds(10),
  connectionTimeout: seconds(10),
  greetingTimeout: seconds(10),
  socketTimeout: seconds(60),
  disableFileAccess: true,
  disableUrlAccess: true,
}

/** How many mails are sent in parallel. */
export const atOnce = 2

function createOutbox({ dataDir, mailFrom, appOrigin, log }: Options): Transport {
  const folder = join(dataDir, 'outbox')
  const mailer = createMailer({ streamTransport: true, buffer: true, newline: 'unix' })
  return {
    async deliver(parcel) {
      const path = join(folder, `${new Date(parcel.at).toISOString().replace(/[:.]/g, '-')}-${parcel.id}.eml`)
      const { message } = await mailer.sendMail(mailOf(parcel, mailFrom, appOrigin))
      if (!Buffer.isBuffer(message)) throw new Error('The mail did not come as a buffer.')
      try {
        await makeFolder(folder)
        // Returns false when an interrupted attempt left the same mail there.
        await createFile(path, message)
      } catch (cause) {
        throw new DeliveryError(`The mail cannot be kept in ${folder}.`, {
          reason: errorCode(cause) ?? 'unknown',
          isFinal: false,
          cause,
        })
      }
      log.info({ event: 'mail_kept', path }, 'A mail is in the outbox: SMTP_URL is not set')
    },
    close() {},
  }
}

function mailOf({ id, at, to, subject, text, html }: Parcel, from: Mailbox, appOrigin: string): SendMailOptions {
  return {
    // Pass objects, because nodemailer splits strings into lists.
    from: { name: from.name, address: asciiEmail(from.address) },
    to: { name: '', address: asciiEmail(to) },
    subject,
    text,
    html,
    date: new Date(at),
    messageId: `<${id}@${new URL(appOrigin).hostname.replace(/^\[.*\]$/, 'localhost')}>`,
    // RFC 3834: suppresses out-of-office replies.
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

/** A 5xx reply to the recipient or the mail is final (RFC 5321, 4.2.1). A failed log-in can be fixed. */
function deliveryError(cause: unknown): DeliveryError {
  const { responseCode = 0 } = cause as { responseCode?: number }
  const code = errorCode(cause) ?? 'unknown'
  const isFinal = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  const reason = responseCode === 0 ? code : `${code} ${responseCode}`
  const message = cause instanceof Error ? cause.message : String(cause)
  return new DeliveryError(`The mail was not taken (${message}).`, { reason, isFinal, cause })
}
