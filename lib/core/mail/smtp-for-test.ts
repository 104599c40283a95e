// A real local SMTP server with STARTTLS that can be slow, refuse mails, or hang up in the middle of one.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'
import type { TestCertificates } from './certificates-for-test.ts'

export interface TestSmtp {
  url: string
  /** Received mails in order. */
  letters: { email: Email; raw: string; recipients: string[]; isEncrypted: boolean }[]
  behave: Behaviour
  stop(): Promise<void>
}

interface Behaviour {
  /** The reply to the recipient, to reject it. */
  refuse?: number | undefined
  /** The reply to a whole mail waits for this promise. */
  until?: Promise<void> | undefined
  /** Hangs up after the first bytes of this many mails. */
  drop?: boolean | undefined
}

interface Options {
  port?: number
  hidesStartTls?: boolean
  /** Default: a self-signed certificate. */
  certificates?: TestCertificates
  /** The account it accepts. Default: anyone. */
  account?: { user: string; pass: string }
}

export async function startSmtp({
  port = 0,
  hidesStartTls = false,
  certificates,
  account,
}: Options = {}): Promise<TestSmtp> {
  const letters: TestSmtp['letters'] = []
  const behave: Behaviour = {}
  const server = new SMTPServer({
    authOptional: account === undefined,
    closeTimeout: 100,
    ...(certificates && { key: certificates.key, cert: certificates.certificate }),
    disabledCommands: [...(hidesStartTls ? ['STARTTLS'] : []), ...(account === undefined ? ['AUTH'] : [])],
    onAuth({ username, password }, _session, callback) {
      const isRight = username === account?.user && password === account?.pass
      callback(isRight ? null : new Error('Wrong name or password'), { user: username })
    },
    onRcptTo(_address, _session, callback) {
      if (behave.refuse === undefined) callback()
      else callback(Object.assign(new Error('No such mailbox here'), { responseCode: behave.refuse }))
    },
    onData(stream, session, callback) {
      if (behave.drop) {
        stream.once('data', () => hangUp(server))
        return
      }
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString()
        await behave.until
        const recipients = session.envelope.rcptTo.map(({ address }) => address)
        letters.push({ email: await PostalMime.parse(raw), raw, recipients, isEncrypted: session.secure })
        callback()
      })
    },
  })
  server.on('error', () => {})
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : 0
  const stop = () => new Promise<void>((resolve) => server.close(resolve))
  onTestFinished(stop)
  // The certificate is self-signed: tests only check that the connection is encrypted.
  return { url: `smtp://127.0.0.1:${taken}?tls.rejectUnauthorized=false`, letters, behave, stop }
}

function hangUp({ connections }: SMTPServer): void {
  for (const connection of connections as Set<{ _socket: Socket }>) connection._socket.destroy()
}
