import { describe, expect, test } from 'vitest'
import { writeLetter, writeTestLetter } from './letter.ts'
import { type Message, noticeKinds } from './message.ts'

const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const by = { at: Date.UTC(2026, 0, 1, 9), userAgent, address: '192.0.2.7', locale: 'en', timeZone: null } as const
const origin = 'https://accounts.example.com'
const to = 'alice@example.org'

const messages: Message[] = [
  { kind: 'verify-email', to, username: 'alice', code: '12345678', by },
  { kind: 'address-in-use', to, username: 'alice', by },
  { kind: 'reset-password', to, username: 'alice', token: 'a-token', by },
  ...noticeKinds.map((kind): Message => ({ kind, to, username: 'alice', token: 'a-token', by })),
]

describe.each(messages)('the letter of kind $kind', (message) => {
  const letter = writeLetter(message, origin)

  test('says the same in text and in HTML', () => {
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

  test('leads to the public origin alone, and names no other address in its HTML [T9]', () => {
    const addresses = `${letter.text} ${letter.html}`.match(/https?:\/\/[^\s"<]+/g) ?? []
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) expect(new URL(address.replace(/\.$/, '')).origin).toBe(origin)
    expect(letter.html).not.toMatch(/\ssrc=|url\(|<script|@import/)
  })

  test('puts no secret into the subject, and the name of the site [V6.3.7]', () => {
    expect(letter.subject).not.toMatch(/12345678|a-token|alice/)
    expect(letter.subject).toMatch(/ · Gatehouse$/)
  })
})

test.each(noticeKinds)(
  'a notice of %s tells when, with what and from where, and a way out [V6.3.5, V6.3.7]',
  (kind) => {
    const { text } = writeLetter({ kind, to, username: 'alice', token: 'a-token', by }, origin)
    expect(text).toContain('When: 1 January 2026 at 09:00 UTC')
    expect(text).toContain('Browser: Firefox on Windows')
    expect(text).toContain('Network address: 192.0.2.7')
    expect(text).toContain(`This was not me:\n${origin}/not-me?token=a-token`)
  },
)

test('times are those of the reader’s clock where it is known', () => {
  const message: Message = {
    kind: 'reset-password',
    to,
    username: 'alice',
    token: 't',
    by: { ...by, timeZone: 'Asia/Tokyo' },
  }
  expect(writeLetter(message, origin).text).toContain('When: 1 January 2026 at 18:00')
})

test('what people choose is text in HTML [V1.2.1, V1.3.7]', () => {
  const name = `<img src=x onerror=alert(1)>"'&`
  const { html } = writeLetter({ kind: 'address-in-use', to: name, username: name, by }, origin)
  expect(html).not.toContain('<img')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
})

test('a test mail names the site that sent it', () => {
  expect(writeTestLetter(to, origin)).toMatchObject({ to, text: expect.stringContaining(origin) })
})
