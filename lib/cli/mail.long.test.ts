import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificates } from '../core/mail/certificates-for-test.ts'
import { startSmtp } from '../core/mail/smtp-for-test.ts'
import { runCommand } from './command-for-test.ts'
import { freshDir } from './places-for-test.ts'

const address = 'alice@example.org'

test('mail test sends one mail to the configured server', async () => {
  const smtp = await startSmtp()
  const settings = { DATA_DIR: await freshDir(), SMTP_URL: smtp.url, MAIL_FROM: 'gate@example.org' }
  const { code, stdout } = await runCommand(['mail', 'test', address], settings)
  expect({ code, stdout }).toEqual({ code: 0, stdout: `Sent to ${address}: smtp://${new URL(smtp.url).host}\n` })
  expect(smtp.letters).toMatchObject([{ recipients: [address], email: { subject: 'Test mail · Gatehouse' } }])
})

test('mail test shows the server’s answer without its password', async () => {
  const smtp = await startSmtp()
  smtp.behave.refuse = 550
  const SMTP_URL = smtp.url.replace('//', '//user:hunter2@')
  const settings = { DATA_DIR: await freshDir(), SMTP_URL, MAIL_FROM: 'gate@example.org' }
  const { code, stderr } = await runCommand(['mail', 'test', address], settings)
  expect(code).toBe(1)
  expect(stderr).not.toContain('hunter2')
  expect(stderr).toContain('The mail was not taken')
})

test('sends mail only to a server with a certificate of the configured authority [V12.3.2, V12.3.4]', async () => {
  const certificates = await makeCertificates()
  const smtp = await startSmtp({ certificates })
  const dir = await freshDir()
  const authority = join(dir, 'authority.pem')
  await writeFile(authority, certificates.authority)
  const { port } = new URL(smtp.url)
  const send = (host: string, NODE_EXTRA_CA_CERTS = '') =>
    runCommand(['mail', 'test', address], {
      DATA_DIR: dir,
      SMTP_URL: `smtp://${host}:${port}`,
      MAIL_FROM: 'gate@example.org',
      NODE_EXTRA_CA_CERTS,
    })

  const unknown = await send('localhost')
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/unable to verify the first certificate/) })
  const other = await send('127.0.0.1', authority)
  expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not match certificate/) })
  expect(smtp.letters).toEqual([])

  expect(await send('localhost', authority)).toMatchObject({ code: 0 })
  expect(smtp.letters).toMatchObject([{ recipients: [address], isEncrypted: true }])
})

test('mail test without a server prints the file’s path', async () => {
  const dir = await freshDir()
  const { code, stdout } = await runCommand(['mail', 'test', address, '--json'], { DATA_DIR: dir })
  const [name = ''] = await readdir(join(dir, 'outbox'))
  expect({ code, told: JSON.parse(stdout) }).toEqual({
    code: 0,
    told: { to: address, over: join(dir, 'outbox', name) },
  })
  expect(await readFile(join(dir, 'outbox', name), 'utf8')).toContain(`To: ${address}`)
})

test('mail test rejects an invalid address', async () => {
  expect(await runCommand(['mail', 'test', 'a@b, c@d.org'], { DATA_DIR: await freshDir() })).toMatchObject({ code: 2 })
})
