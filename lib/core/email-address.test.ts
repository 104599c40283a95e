import { describe, expect, test } from 'vitest'
import { asciiEmail, describeMailbox, parseEmail, parseMailbox } from './email-address.ts'

const long = (length: number) => 'x'.repeat(length)

describe('parseEmail', () => {
  test.each([
    'alice@example.org',
    'Alice.B+tag@Example.ORG',
    'tom&jerry@example.org',
    'sales/eu@example.org',
    "o'hara@example.org",
    '#!$%*=?^_`{|}~-@example.org',
    '.a..b.@docomo.ne.jp',
    'root@localhost',
    'a@b',
    'a@example.museum',
    'a@1.example',
    'info@россия.рф',
    'info@bücher.example',
    'info@例え.テスト',
    'info@مثال.إختبار',
    'info@straße.de',
    `${long(64)}@example.org`,
    `a@${long(63)}.${long(63)}.${long(63)}.${long(60)}`,
  ])('keeps %s unchanged', (address) => {
    expect(parseEmail(address)).toBe(address)
  })

  test.each([
    [' alice@example.org\n', 'alice@example.org'],
    ['\u200balice@example.org\u00a0', 'alice@example.org'],
    ['info@xn--h1alffa9f.xn--p1ai', 'info@россия.рф'],
    ['info@XN--H1ALFFA9F.XN--P1AI', 'info@россия.рф'],
    ['info@РОССИЯ.РФ', 'info@россия.рф'],
    ['info@bu\u0308cher.example', 'info@bücher.example'],
    ['info@例え。テスト', 'info@例え.テスト'],
    ['info@ｅxample.org', 'info@example.org'],
    ['info@exa\u00admple.org', 'info@example.org'],
  ])('normalises %j', (typed, address) => {
    expect(parseEmail(typed)).toBe(address)
  })

  test.each([
    '',
    '@',
    'alice',
    'alice@',
    '@example.org',
    'a b@example.org',
    'a@b@example.org',
    '"a b"@example.org',
    'a@[192.0.2.1',
    'a@example.org.',
    'a@.example.org',
    'a@-example.org',
    'a@example-.org',
    'a@exa_mple.org',
    'a@example..org',
    'a@exam ple.org',
    'a@россия рф',
    'a@россия/x.рф',
    'a@россия:25',
    'a@россия%2e.рф',
    'a@россия?x',
    'a@россия＠рф',
    'a@россия\u2028.рф',
    'a@-é..de',
    'a@１２７.0.0.1',
    'a@xn--.org',
    'žofie@example.org',
    'иван@россия.рф',
    'a@example.org\r\nBcc: b@example.org',
    'a\r\n@example.org',
    'a@exam\r\nple.org',
    'a@россия.рф\r\nx',
    'a\u0000@example.org',
    'a,b@example.org',
    'a;b@example.org',
    'a<b@example.org',
    '<a@example.org>',
    'a@example.org>',
    `${long(65)}@example.org`,
    `a@${long(64)}.org`,
    `a@${long(63)}.${long(63)}.${long(63)}.${long(61)}`,
    // 60 letters, but more than 63 octets in ASCII form.
    `a@${'россия'.repeat(10)}.рф`,
  ])('rejects %j [V1.3.11]', (typed) => {
    expect(parseEmail(typed)).toBeNull()
  })
})

test('asciiEmail converts the domain to ASCII, and keeps ASCII addresses unchanged', () => {
  expect(asciiEmail('Info@россия.рф')).toBe('Info@xn--h1alffa9f.xn--p1ai')
  expect(asciiEmail('info@straße.de')).toBe('info@xn--strae-oqa.de')
  for (const same of ['Alice@Example.ORG', 'a@XN--ZZZ--', 'none', '@é', '']) expect(asciiEmail(same)).toBe(same)
})

describe('parseMailbox', () => {
  const address = 'no-reply@example.com'

  test.each([
    [address, ''],
    [`<${address}>`, ''],
    [` ${address} `, ''],
    [`Gatehouse <${address}>`, 'Gatehouse'],
    [`Acme: Accounts <${address}>`, 'Acme: Accounts'],
    [`Acme, Inc. <${address}>`, 'Acme, Inc.'],
    [`"Acme, Inc." <${address}>`, 'Acme, Inc.'],
    [`"Acme \\"A\\" \\\\ <x>" <${address}>`, 'Acme "A" \\ <x>'],
    [`Acme [Accounts] (EU) <${address}>`, 'Acme [Accounts] (EU)'],
    [`Žofie’s 🦊 Firma <${address}>`, 'Žofie’s 🦊 Firma'],
    [`Acme; Accounts <${address}>`, 'Acme; Accounts'],
    [`Acme @ Work<${address}> `, 'Acme @ Work'],
    [`Joe "the door" Porter <${address}>`, 'Joe "the door" Porter'],
  ])('reads %j', (text, name) => {
    expect(parseMailbox(text)).toEqual({ name, address })
  })

  test('accepts a domain in any script', () => {
    expect(parseMailbox('Инфо <info@россия.рф>')).toEqual({ name: 'Инфо', address: 'info@россия.рф' })
  })

  test.each([
    '',
    'Gatehouse',
    'Gatehouse <>',
    'Gatehouse <none>',
    `Gatehouse <${address}`,
    `Gatehouse ${address}`,
    `${address} (Gatehouse)`,
    `${address}, other@example.com`,
    `One <one@example.com>, Two <${address}>`,
    `one@example.com, Two <${address}>`,
    `one@example.com; Two <${address}>`,
    `Gate\r\nBcc: x <${address}>`,
    `Gate\u2028 <${address}>`,
    `Gate\u0000 <${address}>`,
    `Gate <<${address}>>`,
  ])('rejects %j [V1.3.11]', (text) => {
    expect(parseMailbox(text)).toBeNull()
  })

  test('shows where the name ends', () => {
    expect(describeMailbox({ name: 'Acme: "A", B', address })).toBe(`"Acme: \\"A\\", B" <${address}>`)
    expect(describeMailbox({ name: '', address })).toBe(address)
  })
})
