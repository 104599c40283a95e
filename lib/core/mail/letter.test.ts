import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { writeLetter, writeTestLetter } from './letter.ts'
import { alertKinds, type Message } from './message.ts'

const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const by = { at: Date.UTC(2026, 0, 1, 9), userAgent, address: '192.0.2.7', locale: 'en', timeZone: null } as const
const origin = 'https://accounts.example.com'
const to = 'alice@example.org'

const reader = { locale: null, timeZone: null }
const recipient = { to, username: 'alice', by, reader }

const decisions: Message[] = [
  { kind: 'role-changed', role: 'guest', ...recipient },
  { kind: 'suspended', until: null, ...recipient },
  { kind: 'suspended', until: Date.UTC(2026, 1, 1), ...recipient },
  { kind: 'suspension-ended', ...recipient },
  { kind: 'account-deleted-by-admin', erasedAt: Date.UTC(2026, 0, 15), ...recipient },
  { kind: 'account-restored-by-admin', ...recipient },
  { kind: 'picture-removed-by-admin', ...recipient },
  { kind: 'factor-reset-done', hasPassword: true, ...recipient },
  { kind: 'factor-reset-done', hasPassword: false, ...recipient },
]
const messages: Message[] = [
  { kind: 'verify-email', code: '12345678', ...recipient },
  { kind: 'address-in-use', ...recipient },
  { kind: 'reset-password', token: 'a-token', ...recipient },
  { kind: 'reset-started', token: 'a-token', ...recipient },
  { kind: 'factor-reset-started', token: 'a-token', dueAt: Date.UTC(2026, 0, 2, 9), ...recipient },
  { kind: 'invitation', token: 'a-token', inviter: 'Ada Lovelace', role: 'guest', ...recipient },
  ...alertKinds.map((kind): Message => ({ kind, token: 'a-token', ...recipient })),
  ...decisions,
]

describe.each(messages)('the mail of kind $kind', (message) => {
  const letter = writeLetter(message, origin)

  test('has the same content in text and HTML', () => {
    const inHtml = letter.html
      .replace(/<style>[\s\S]*<\/style>/, '')
      .replace(/<[^>]+>/g, '\n')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&')
    const lines = letter.text.split('\n').flatMap((line) => line.split(/^(?:When|Browser|Network address): /))
    const said = lines
      .map((line) => line.replace(/:$/, '').trim())
      .filter((line) => line !== '--' && !line.startsWith('http'))
    for (const line of said) expect(inHtml).toContain(line)
    const links = letter.text.match(/https?:\/\/\S+\?\S+/g) ?? []
    for (const link of links) expect(letter.html).toContain(`href="${link}"`)
  })

  test('links only to the public origin, and its HTML has no other URL [T9]', () => {
    const addresses = `${letter.text} ${letter.html}`.match(/https?:\/\/[^\s"<]+/g) ?? []
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) expect(new URL(address.replace(/\.$/, '')).origin).toBe(origin)
    expect(letter.html).not.toMatch(/\ssrc=|url\(|<script|@import/)
  })

  test('has the site’s name and no secret but the verification code in its subject [V6.3.7]', () => {
    expect(letter.subject).not.toMatch(/a-token|alice/)
    expect(letter.subject.includes('12345678')).toBe(message.kind === 'verify-email')
    expect(letter.subject).toMatch(/ · Gatehouse$/)
  })
})

test.each(alertKinds)(
  'an alert of kind %s tells time, browser and IP address, and has a report link [V6.3.5, V6.3.7]',
  (kind) => {
    const { text } = writeLetter({ kind, token: 'a-token', ...recipient }, origin)
    expect(text).toContain('When: 1 January 2026 at 09:00 UTC')
    expect(text).toContain('Browser: Firefox on Windows')
    expect(text).toContain('Network address: 192.0.2.7')
    expect(text).toContain(`This was not me:\n${origin}/not-me?token=a-token`)
  },
)

test.each(decisions)('a mail of kind $kind tells the time and whom to ask, without a link', (message) => {
  const { text } = writeLetter({ ...message, by: { ...by, userAgent, address: '192.0.2.7' } }, origin)
  expect(text).toContain('When: 1 January 2026 at 09:00 UTC')
  expect(text).toMatch(/ask an administrator/)
  expect(text).not.toMatch(/192\.0\.2\.7|Firefox|\?token=/)
})

test('mails about suspension and deletion tell the end, and about roles the role', () => {
  const textOf = (message: Message) => writeLetter(message, origin).text
  const [role, open, limited, , deleted] = decisions.map(textOf)
  expect(role).toContain('It is Guest now')
  expect(open).not.toContain('until 1 February')
  expect(limited).toContain('until 1 February 2026 at 00:00 UTC')
  expect(deleted).toContain('erased after 15 January 2026 at 00:00 UTC')
})

test('a mail about a used recovery code says how many are left, and asks for new ones when two are', () => {
  const textFor = (left: number) =>
    writeLetter({ kind: 'recovery-code-used', token: 'a-token', left, ...recipient }, origin).text
  expect(textFor(3)).toContain('3 recovery codes are left.')
  expect(textFor(3)).not.toContain('make new ones')
  for (const few of [0, 1, 2]) expect(textFor(few)).toContain(`${origin}/security/two-factor`)
  expect(textFor(1)).toContain('1 recovery code is left. If it was you, make new ones now:')
})

test('a mail about the removal of second factors says when, and how to stop it', () => {
  const token = 'a-token'
  const { text } = writeLetter({ kind: 'factor-reset-started', token, dueAt: by.at + 1, ...recipient }, origin)
  expect(text).toContain('It happens on 1 January 2026 at 09:00')
  expect(text).toContain(`Keep my second factors:\n${origin}/keep-second-factor?token=a-token`)
})

test('shows times in the recipient’s time zone, or UTC if unknown', () => {
  const textFor = (timeZone: string | null) => {
    const sender = { ...by, timeZone: 'America/New_York' }
    const to = { locale: 'en', timeZone }
    return writeLetter({ kind: 'reset-password', token: 't', ...recipient, by: sender, reader: to }, origin).text
  }
  expect(textFor('Asia/Tokyo')).toContain('When: 1 January 2026 at 18:00\n')
  for (const unknown of [null, 'Mars/Olympus', '']) expect(textFor(unknown)).toContain('at 09:00 UTC')
})

test('an invitation says from whom and to which role; one of an earlier version does not', () => {
  const invitation = { kind: 'invitation', token: 'a-token', ...recipient } as const
  const { subject, text, html } = writeLetter({ ...invitation, inviter: 'Zoë <b>', role: 'guest' }, origin)
  expect(subject).toBe('Zoë <b> invites you · Gatehouse')
  expect(text).toMatch(/Zoë <b> invites you to .*Your role will be: Guest\./s)
  expect(html).not.toContain('<b>')
  expect(writeLetter(invitation, origin).subject).toBe('You are invited · Gatehouse')
})

test('falls back to English for an unknown language', () => {
  const { html } = writeLetter(
    { kind: 'address-in-use', ...recipient, reader: { locale: 'xx', timeZone: null } },
    origin,
  )
  expect(html).toContain('<html lang="en"')
})

test('docs/mail.md lists every mail', async () => {
  const documented = await readFile('docs/mail.md', 'utf8')
  const subjects = messages.map((message) => writeLetter(message, origin).subject.replace(/ · .*/, ''))
  const missing = subjects.filter((subject) => !documented.includes(`| ${subject} |`))
  expect(missing).toEqual([])
})

test('escapes users’ text in HTML [V1.2.1, V1.3.7]', () => {
  const name = `<img src=x onerror=alert(1)>"'&`
  const { html } = writeLetter({ kind: 'address-in-use', ...recipient, to: name, username: name }, origin)
  expect(html).not.toContain('<img')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
})

test('a test mail names its site', () => {
  expect(writeTestLetter(to, origin)).toMatchObject({ to, text: expect.stringContaining(origin) })
})
