import { expect, test } from 'vitest'
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

/** Written as IPv6, the address of this machine is none of the names that are known to be it. */
const asAnother = ({ url }: TestSmtp, parameters = '') =>
  url.replace(/127\.0\.0\.1(:\d+).*/, `[::ffff:127.0.0.1]$1${parameters}`)

async function deliver(smtpUrl: string): Promise<void> {
  const log = { info() {} }
  const transport = createTransport({
    smtpUrl,
    mailFrom: 'gate@example.org',
    appOrigin: 'http://localhost',
    dataDir: '',
    log,
  })
  await transport.deliver(parcel).finally(transport.close)
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
