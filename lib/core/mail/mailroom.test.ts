import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { compose, openRuntime } from '../../composition.ts'
import { openTestServices, type StoreName, storeNames, type TestServices } from '../../services-for-test.ts'
import { days, hours, minutes, seconds } from '../clock.ts'
import { seal } from '../crypto/seal.ts'
import type { Message } from './message.ts'
import { startSmtp } from './smtp-for-test.ts'

const by = { at: Date.UTC(2026, 0, 1, 9), userAgent: '', address: '192.0.2.7', locale: 'en', timeZone: null } as const
const reader = { locale: null, timeZone: null }
const message: Message = {
  kind: 'verify-email',
  to: 'alice@example.org',
  username: 'alice',
  code: '12345678',
  by,
  reader,
}

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

async function openWith(smtpUrl: string, store: StoreName = 'JSON'): Promise<TestServices> {
  opened = await openTestServices({ SMTP_URL: smtpUrl, MAIL_FROM: 'Gate <gate@example.org>' }, store)
  return opened
}

const waiting = async () =>
  (await Array.fromAsync(opened.app.stores.dump())).flatMap((stored) => (stored.kind === 'mail' ? [stored.record] : []))
const until = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 60_000 })

describe.each(storeNames)('mails on %s', (store) => {
  test('are sent over TLS and leave the queue', async () => {
    const smtp = await startSmtp()
    const { app } = await openWith(smtp.url, store)
    app.mail.open()
    await app.mail.post(message)
    await until(async () => expect(await waiting()).toEqual([]))
    expect(smtp.letters).toHaveLength(1)
    const [letter] = smtp.letters
    expect(letter).toMatchObject({ isEncrypted: true, recipients: ['alice@example.org'] })
    expect(letter?.email).toMatchObject({
      from: { name: 'Gate', address: 'gate@example.org' },
      to: [{ address: 'alice@example.org' }],
      subject: expect.stringMatching(/^Your code: \d{8} · Gatehouse$/),
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@localhost>$/),
      text: expect.stringContaining('1234 5678'),
      html: expect.stringContaining('1234 5678'),
    })
    expect(letter?.raw).toMatch(/^Auto-Submitted: auto-generated$/m)
  })

  test('stay sealed in the queue while the server is down, even across a restart, and are sent later', async () => {
    const smtp = await startSmtp()
    await smtp.stop()
    const { app, dataDir, advance } = await openWith(smtp.url, store)
    app.mail.open()
    await app.mail.post(message)
    await until(async () => expect(await waiting()).toMatchObject([{ attempts: 1 }]))
    expect(JSON.stringify(await waiting())).not.toMatch(/alice|1234 ?5678/)
    await app.mail.close()

    const back = await startSmtp({ port: Number(new URL(smtp.url).port) })
    advance(minutes(6))
    const again = compose({ ...app, ...(await reopen(app, dataDir)) })
    again.mail.open()
    await until(async () => expect(await waiting()).toEqual([]))
    expect(back.letters).toHaveLength(1)
    await again.mail.close()
  })
})

test('sends a queued mail after the clock is set back, with the current date', async () => {
  const smtp = await startSmtp()
  const { app, stepClock } = await openWith(smtp.url)
  await app.mail.post(message)
  stepClock(-days(1))
  app.mail.open()
  await until(async () => expect(await waiting()).toEqual([]))
  expect(smtp.letters.map(({ email }) => email.date)).toEqual([new Date(app.clock()).toISOString()])
})

describe('a mail queued while the clock was ahead', () => {
  test('is sent once the clock is right, without a future date', async () => {
    const smtp = await startSmtp()
    const { app, stepClock } = await openWith(smtp.url)
    stepClock(hours(720))
    await app.mail.post(message)
    stepClock(-hours(720))
    app.mail.open()
    await until(async () => expect(await waiting()).toEqual([]))
    expect(Date.parse(smtp.letters[0]?.email.date ?? '')).toBe(app.clock())
  })

  test('is given up after the same number of attempts', async () => {
    const smtp = await startSmtp()
    smtp.behave.refuse = 451
    const { app, advance } = await openWith(smtp.url)
    await app.stores.mails.add({
      id: 'a'.repeat(32),
      sealed: await seal({ to: 'a@example.org', subject: '', text: '', html: '' }, 'mail', app.sessionSecrets),
      createdAt: app.clock() + hours(720),
      dueAt: app.clock(),
      attempts: 29,
    })
    advance(1)
    app.mail.open()
    await until(async () => expect(await waiting()).toEqual([]))
    expect(smtp.letters).toEqual([])
  })
})

test('a mail sealed with an unknown secret waits for a process that has it', async () => {
  const smtp = await startSmtp()
  const { app, advance } = await openWith(smtp.url)
  await app.mail.post(message)
  const { createMailroom } = await import('./mailroom.ts')
  const { createTransport } = await import('./transport.ts')
  const mailroomWith = (secrets: readonly string[]) => {
    const transport = createTransport({ ...app.settings, log: app.log })
    const { appOrigin } = app.settings
    return createMailroom({ store: app.stores.mails, transport, secrets, appOrigin, clock: app.clock, log: app.log })
  }
  const without = mailroomWith(['n'.repeat(43)])
  without.open()
  await until(async () => expect(await waiting()).toMatchObject([{ attempts: 1, dueAt: app.clock() + seconds(30) }]))
  await without.close()
  advance(seconds(30))
  const rotated = mailroomWith(['n'.repeat(43), ...app.sessionSecrets])
  rotated.open()
  await until(() => expect(smtp.letters).toHaveLength(1))
  await rotated.close()
})

/** The mailroom of another process over the same store. */
async function reopen(app: TestServices['app'], dataDir: string) {
  if (app.settings.store.driver !== 'postgres') {
    const { createMailroom } = await import('./mailroom.ts')
    const { createTransport } = await import('./transport.ts')
    const { settings, clock, log, sessionSecrets: secrets, stores } = app
    const transport = createTransport({ ...settings, dataDir, log })
    return {
      mail: createMailroom({ store: stores.mails, transport, secrets, appOrigin: settings.appOrigin, clock, log }),
    }
  }
  const runtime = await openRuntime(app.settings, app.clock)
  return { mail: runtime.mail }
}

test('sends an interrupted mail again with the same Message-ID', async () => {
  const smtp = await startSmtp()
  const { app, advance } = await openWith(smtp.url)
  smtp.behave.drop = true
  app.mail.open()
  await app.mail.post(message)
  await until(async () => expect((await waiting())[0]?.dueAt).toBe(app.clock() + seconds(30)))
  expect(smtp.letters).toEqual([])
  const [mail] = await waiting()
  smtp.behave.drop = false
  advance(seconds(30))
  await until(() => expect(smtp.letters).toHaveLength(1))
  expect(smtp.letters[0]?.email.messageId).toBe(`<${mail?.id}@localhost>`)
})

test('a slow server delays no request, and gets each mail once', async () => {
  const smtp = await startSmtp()
  const { promise, resolve } = Promise.withResolvers<void>()
  smtp.behave.until = promise
  const { app } = await openWith(smtp.url)
  app.mail.open()
  for (let n = 0; n < 5; n += 1) await app.mail.post({ ...message, to: `alice${n}@example.org` })
  expect(smtp.letters, 'the server has taken none yet').toEqual([])
  resolve()
  await until(async () => expect(await waiting()).toEqual([]))
  expect(smtp.letters.flatMap(({ recipients }) => recipients).toSorted()).toEqual(
    [0, 1, 2, 3, 4].map((n) => `alice${n}@example.org`),
  )
})

test('retries a temporary refusal for a day, then gives up and logs it', async () => {
  const smtp = await startSmtp()
  smtp.behave.refuse = 451
  const { app, advance } = await openWith(smtp.url)
  const logged = vi.spyOn(app.log, 'error')
  app.mail.open()
  await app.mail.post(message)
  const begun = app.clock()
  let tries = 0
  while ((await waiting()).length > 0) {
    const next = (await app.stores.mails.findNextDue()) ?? 0
    if (next > app.clock()) advance(next - app.clock())
    tries += 1
    await app.mail.close()
    await reopenAndWait(tries)
  }
  expect(app.clock() - begun).toBeLessThan(hours(24))
  expect(app.clock() - begun).toBeGreaterThan(hours(22))
  expect(tries).toBeGreaterThan(20)
  expect(smtp.letters).toEqual([])
  expect(logged).toHaveBeenCalledExactlyOnceWith(
    { event: 'mail_given_up', id: expect.any(String), attempts: expect.any(Number), reason: 'EENVELOPE 451' },
    expect.any(String),
  )

  async function reopenAndWait(attempt: number) {
    const { mail } = await reopen(app, opened.dataDir)
    mail.open()
    await until(async () => {
      const [left] = await waiting()
      expect(left === undefined || (left.attempts >= attempt && left.dueAt < app.clock() + hours(2))).toBe(true)
      expect(left === undefined || left.dueAt > app.clock()).toBe(true)
    })
    await mail.close()
  }
}, 120_000)

test('gives up immediately after a permanent refusal', async () => {
  const smtp = await startSmtp()
  smtp.behave.refuse = 550
  const { app } = await openWith(smtp.url)
  const logged = vi.spyOn(app.log, 'error')
  app.mail.open()
  await app.mail.post(message)
  await until(async () => expect(await waiting()).toEqual([]))
  expect(logged).toHaveBeenCalledOnce()
})

test('a user’s text cannot add a header or a recipient [V1.3.11]', async () => {
  const smtp = await startSmtp()
  const { app } = await openWith(smtp.url)
  app.mail.open()
  const to = '"a\r\nBcc: evil@example.net, b@example.net"@example.org'
  await app.mail.post({ ...message, to, username: 'x\r\nBcc: evil@example.net' })
  await until(async () => expect(await waiting()).toEqual([]))
  for (const { recipients, raw } of smtp.letters) {
    expect(recipients).toHaveLength(1)
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im)
  }
})

test('without a server, writes each mail to a private file and logs its path', async () => {
  opened = await openTestServices()
  const { app, dataDir } = opened
  const logged = vi.spyOn(app.log, 'info')
  app.mail.open()
  await app.mail.post(message)
  await until(async () => expect(await waiting()).toEqual([]))
  const [name = ''] = await readdir(join(dataDir, 'outbox'))
  const path = join(dataDir, 'outbox', name)
  expect(name).toMatch(/^2026-01-01T09-00-00-000Z-[0-9a-f]{32}\.eml$/)
  expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
  expect(await PostalMime.parse(await readFile(path))).toMatchObject({
    subject: expect.stringMatching(/^Your code: \d{8} · Gatehouse$/),
  })
  expect(logged).toHaveBeenCalledWith({ event: 'mail_kept', path }, expect.any(String))
})
