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

/** The IPv6 form of this machine's address is not among the known loopback names. */
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

test('sends neither mail nor password to another machine without TLS [V12.3.1]', async () => {
  const smtp = await startSmtp({ hidesStartTls: true })
  const url = asAnother(smtp).replace('//', '//user:hunter2@')
  await expect(deliver(url)).rejects.toMatchObject({ code: 'mail_refused', reason: expect.stringMatching(/^ETLS/) })
  expect(await verifyTransport({ smtpUrl: url })).toMatch(/STARTTLS/)
  expect(smtp.letters).toEqual([])
})

test('sends in clear to another machine only if the URL allows it, and to this one if it offers no TLS', async () => {
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
])('a mail from %s has this name and address', async (text) => {
  const smtp = await startSmtp()
  const mailFrom = parseMailbox(text)
  if (mailFrom === null) throw new Error('It is a mailbox.')
  await deliver(smtp.url, { mailFrom })
  expect(smtp.letters[0]?.email.from).toEqual(mailFrom)
  expect(smtp.letters[0]?.raw.match(/^From:/gm)).toHaveLength(1)
})

test('sends a domain in any script to a server that only supports ASCII', async () => {
  const smtp = await startSmtp()
  const mailFrom = { name: 'Инфо', address: 'info@россия.рф' }
  await deliver(smtp.url, { mailFrom, to: 'alice@bücher.example' })
  // The test server shows the envelope's domains in Unicode.
  expect(smtp.letters[0]?.raw).toMatch(/^To: alice@xn--bcher-kva\.example\r?$/m)
  expect(smtp.letters[0]?.email.from).toEqual({ name: 'Инфо', address: 'info@xn--h1alffa9f.xn--p1ai' })
})

test('recognises a URL without verified TLS', () => {
  for (const parameter of ['requireTLS=false', 'tls.rejectUnauthorized=false']) {
    expect(isExposedSmtp(`smtp://mail.example.com?${parameter}`), parameter).toBe(true)
    expect(isExposedSmtp(`smtp://localhost?${parameter}`), parameter).toBe(false)
  }
  expect(isExposedSmtp('smtp://mail.example.com')).toBe(false)
  expect(isExposedSmtp('smtps://mail.example.com?requireTLS=false')).toBe(false)
})

test('authenticates with the account of the settings, and fails with a wrong one [V13.2.1]', async () => {
  const smtp = await startSmtp({ account: { user: 'gate@example.org', pass: 'p@ss word' } })
  const as = (password: string) => smtp.url.replace('//', `//gate%40example.org:${encodeURIComponent(password)}@`)
  await expect(deliver(smtp.url)).rejects.toMatchObject({ code: 'mail_refused' })
  await expect(deliver(as('wrong'))).rejects.toMatchObject({ reason: expect.stringMatching(/^EAUTH/) })
  await deliver(as('p@ss word'))
  expect(smtp.letters).toHaveLength(1)
})
