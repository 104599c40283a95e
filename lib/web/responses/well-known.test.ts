import { NextRequest } from 'next/server'
import { expect, test } from 'vitest'
import { readSettings } from '#lib/config.ts'
import { wellKnown } from './well-known.ts'

const mail = { SMTP_URL: 'smtps://mail.example.com:465', MAIL_FROM: 'Acme <accounts@example.com>' }

function ask(path: string, env: Record<string, string> = {}) {
  const settings = readSettings({ APP_URL: 'https://accounts.example.com', ...env })
  const clock = () => Date.UTC(2026, 0, 1)
  return wellKnown(new NextRequest(`https://accounts.example.com${path}`), { settings, clock })
}

test('leads password managers to the page for a new password, and answers 404 to anything unknown', () => {
  const answer = ask('/.well-known/change-password')
  expect(answer?.status).toBe(303)
  expect(answer?.headers.get('location')).toBe('https://accounts.example.com/security/password')
  for (const path of [
    '/.well-known/',
    '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200',
  ])
    expect(ask(path)?.status).toBe(404)
  expect(ask('/profile')).toBeNull()
})

test('names the sender of the site’s mails for security reports, once it sends mail', async () => {
  expect(ask('/.well-known/security.txt')?.status).toBe(404)
  const answer = ask('/.well-known/security.txt', mail)
  expect(answer?.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(await answer?.text()).toBe(
    'Contact: mailto:accounts@example.com\n' +
      'Expires: 2026-06-30T00:00:00.000Z\n' +
      'Canonical: https://accounts.example.com/.well-known/security.txt\n' +
      'Preferred-Languages: en\n',
  )
})
