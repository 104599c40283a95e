import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSmtp } from '../mail/smtp-for-test.ts'
import { runCommand } from './command-for-test.ts'
import { freshDir } from './places-for-test.ts'

const address = 'alice@example.org'

test('mail test sends one mail to the server of the settings', async () => {
  const smtp = await startSmtp()
  const settings = { DATA_DIR: await freshDir(), SMTP_URL: smtp.url, MAIL_FROM: 'gate@example.org' }
  const { code, stdout } = await runCommand(['mail', 'test', address], settings)
  expect({ code, stdout }).toEqual({ code: 0, stdout: `Sent to ${address}: smtp://${new URL(smtp.url).host}\n` })
  expect(smtp.letters).toMatchObject([{ recipients: [address], email: { subject: 'Test mail · Gatehouse' } }])
})

test('mail test says what the server answered, without its password', async () => {
  const smtp = await startSmtp()
  smtp.behave.refuse = 550
  const SMTP_URL = smtp.url.replace('//', '//user:hunter2@')
  const settings = { DATA_DIR: await freshDir(), SMTP_URL, MAIL_FROM: 'gate@example.org' }
  const { code, stderr } = await runCommand(['mail', 'test', address], settings)
  expect(code).toBe(1)
  expect(stderr).not.toContain('hunter2')
  expect(stderr).toContain('The mail was not taken')
})

test('mail test without a server names the file', async () => {
  const dir = await freshDir()
  const { code, stdout } = await runCommand(['mail', 'test', address, '--json'], { DATA_DIR: dir })
  const [name = ''] = await readdir(join(dir, 'outbox'))
  expect({ code, told: JSON.parse(stdout) }).toEqual({
    code: 0,
    told: { to: address, over: join(dir, 'outbox', name) },
  })
  expect(await readFile(join(dir, 'outbox', name), 'utf8')).toContain(`To: ${address}`)
})

test('mail test refuses what is no address', async () => {
  expect(await runCommand(['mail', 'test', 'a@b, c@d.org'], { DATA_DIR: await freshDir() })).toMatchObject({ code: 2 })
})
