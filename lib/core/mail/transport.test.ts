import { expect, test } from 'vitest'
import { type Mailbox, parseMailbox } from '../email-address.ts'
import { startSmtp, type TestSmtp } from './smtp-for-test.ts'
import { createTransport, isExposedSmtp, verifyTransport } from './transport.ts'

const parcel = {
  id: 'f'.repeat(32),
  at: Date.UTC(2026, 0, 1),
  to: 'alice@example.org',
  subject: 's',
  text: 't',
  html: '',
}

const sender: Mailbox = { name: '', address: 'gate@example.org' }

/** Written as IPv6, the address of this machine is none of the names that are known to be it. */
const asAnother = ({ url }: TestSmtp, parameters = '') =>
  url.replace(/127\.0\.0\.1(:\d+).*/, `[::ffff:127.0.0.1]$1${parameters}`)

async function deliver(smtpUrl: string, { mailFrom = sender, to = parcel.to } = {}): Promise<void> {
  const log = { info() {} }
  const transport = createTransport({
    smtpUrl,
    mailFrom,
    appOrigin: 'http://localhost',
    dataDir: '',
    log,
  })
  await transport.deliver({ ...parcel, to }).finally(transport.close)
}

test('another machine that offers no TLS gets no letter, and no password [V12.3.1]', async () => {
  const smtp = await startSmtp({ hidesStartTls: true })
  const url = asAnother(smtp).replace('//', '//user:hunter2@')
  await expect(deliver(url)).rejects.toMatchObject({ code: 'mail_refused', reason: expect.stringMatching(/^ETLS/) })
  expect(await verifyTransport({ smtpUrl: url })).toMatch(/STARTTLS/)
  expect(smtp.letters).toEqual([])
})

test('another machine gets it in clear when the address says so, and this one where it offers nothing else', async () => {
  const smtp = await startSmtp({ hidesStartTls: true })
  await deliver(asAnother(smtp, '?requireTLS=false'))
  await deliver(smtp.url)
  expect(smtp.letters).toMatchObject([{ isEncrypted: false }, { isEncrypted: false }])
})

test.each([
  'Acme: Accounts <gate@example.org>',
  '"Acme, Inc." <gate@example.org>',
  'Acme, Inc. <gate@example.org>',
  'Acme [Accounts] (EU) <gate@example.org>',
  'Žofie’s "Firma" 🦊 <gate@example.org>',
  'gate@example.org',
])('a letter from %s has this name and this address', async (text) => {
  const smtp = await startSmtp()
  const mailFrom = parseMailbox(text)
  if (mailFrom === null) throw new Error('It is a mailbox.')
  await deliver(smtp.url, { mailFrom })
  expect(smtp.letters[0]?.email.from).toEqual(mailFrom)
  expect(smtp.letters[0]?.raw.match(/^From:/gm)).toHaveLength(1)
})

test('a domain in any script goes to a server that knows ASCII alone', async () => {
  const smtp = await startSmtp()
  const mailFrom = { name: 'Инфо', address: 'info@россия.рф' }
  await deliver(smtp.url, { mailFrom, to: 'alice@bücher.example' })
  // The server of these tests shows the envelope's domains in Unicode, whatever came.
  expect(smtp.letters[0]?.raw).toMatch(/^To: alice@xn--bcher-kva\.example\r?$/m)
  expect(smtp.letters[0]?.email.from).toEqual({ name: 'Инфо', address: 'info@xn--h1alffa9f.xn--p1ai' })
})

test('an address that leaves the way to another machine open is known', () => {
  for (const parameter of ['requireTLS=false', 'tls.rejectUnauthorized=false']) {
    expect(isExposedSmtp(`smtp://mail.example.com?${parameter}`), parameter).toBe(true)
    expect(isExposedSmtp(`smtp://localhost?${parameter}`), parameter).toBe(false)
  }
  expect(isExposedSmtp('smtp://mail.example.com')).toBe(false)
  expect(isExposedSmtp('smtps://mail.example.com?requireTLS=false')).toBe(false)
})

test('a server that asks who is there is told the account of the settings, and a wrong one is refused [V13.2.1]', async () => {
  const smtp = await startSmtp({ account: { user: 'gate@example.org', pass: 'p@ss word' } })
  const as = (password: string) => smtp.url.replace('//', `//gate%40example.org:${encodeURIComponent(password)}@`)
  await expect(deliver(smtp.url)).rejects.toMatchObject({ code: 'mail_refused' })
  await expect(deliver(as('wrong'))).rejects.toMatchObject({ reason: expect.stringMatching(/^EAUTH/) })
  await deliver(as('p@ss word'))
  expect(smtp.letters).toHaveLength(1)
})
