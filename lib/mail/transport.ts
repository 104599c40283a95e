// Where letters leave the site: an SMTP server, or files for whoever has none.
import { join } from 'node:path'
import { createTransport as createMailer, type SendMailOptions } from 'nodemailer'
import { seconds } from '../clock.ts'
import { createFile, makeFolder } from '../durable-file.ts'
import { asciiEmail, type Mailbox } from '../email-address.ts'
import type { Log } from '../log.ts'
import { loopbackHosts } from '../loopback.ts'
import type { Letter } from './letter.ts'

export interface Parcel extends Letter {
  /** The same at every try, so that a server that got it twice can tell. */
  id: string
  at: number
}

export interface Transport {
  /** Resolves when the other side has taken it. Rejects with a DeliveryError. */
  deliver(parcel: Parcel): Promise<void>
  close(): void
}

/** `reason` is a code, never an address or a text. A `final` one is not worth another try. */
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

/** For people and logs: never a password. */
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

/** Whether the server lets this site in, asked of it now; what is wrong, or null. Files always are taken. */
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
 * Another machine gets nothing but over TLS, its certificate checked (OWASP ASVS 5.0, 12.3.1 and 12.3.2); this one, where
 * STARTTLS is offered. What the address says of `requireTLS` and `tls.…` comes before that.
 */
function connectionTo(url: string) {
  return { requireTLS: !loopbackHosts.includes(new URL(url).hostname), url, ...smtpLimits }
}

/** Whether the address says that whoever is on the way to another machine may read along or answer in its place. */
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

/** How many letters are on their way at a time. */
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
        // False when an earlier try, cut off after it, left the same letter there.
        await createFile(path, message)
      } catch (cause) {
        throw new DeliveryError(`The mail cannot be kept in ${folder}.`, {
          reason: codeOf(cause),
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
    // As objects: never read as a list of several, whatever a name holds.
    from: { name: from.name, address: asciiEmail(from.address) },
    to: { name: '', address: asciiEmail(to) },
    subject,
    text,
    html,
    date: new Date(at),
    messageId: `<${id}@${new URL(appOrigin).hostname.replace(/^\[.*\]$/, 'localhost')}>`,
    // RFC 3834: nobody's absence note answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

/** Refused for good: the recipient or the letter, by a 5xx reply (RFC 5321, 4.2.1). A wrong log-in can be mended. */
function deliveryError(cause: unknown): DeliveryError {
  const { responseCode = 0 } = cause as { responseCode?: number }
  const code = codeOf(cause)
  const isFinal = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  const reason = responseCode === 0 ? code : `${code} ${responseCode}`
  const message = cause instanceof Error ? cause.message : String(cause)
  return new DeliveryError(`The mail was not taken (${message}).`, { reason, isFinal, cause })
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
}
