// Turns a message into a mail, as text and HTML. Links use the public origin only, whatever host a request named.

import { deviceName } from '../../words/sentences.ts'
import { fullTime, knownTimeZone, lasting } from '../../words/time.ts'
import { locales, type Words, wordsFor } from '../../words/words.ts'
import { parseDevice } from '../device.ts'
import { codeLifeMs, compromiseReportLifeMs, resetLifeMs } from '../lifetimes.ts'
import type { Message, Reader, RequestInfo } from './message.ts'

export interface Letter {
  to: string
  subject: string
  text: string
  html: string
}

/** One line of a letter's body. */
type Part =
  | { kind: 'paragraph'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'button'; text: string; url: string }
  | { kind: 'facts'; facts: [name: string, value: string][] }

interface Draft {
  subject: string
  parts: Part[]
}

/** Pure. `appOrigin` has no trailing slash. */
export function writeLetter(message: Message, appOrigin: string): Letter {
  const words = wordsOf(message.reader)
  const { subject, parts } = draft(message, appOrigin, words)
  const { to, username } = message
  const greeting = username === '' ? words('mail.greeting_unknown') : words('mail.greeting', { username })
  return { to, ...render(subject, [{ kind: 'paragraph', text: greeting }, ...parts], appOrigin, words) }
}

/** English for a language that the site does not have (any more). */
function wordsOf({ locale }: Reader): Words {
  return wordsFor(locales.find((one) => one === locale) ?? 'en')
}

/** The mail of `cli mail test`. */
export function writeTestLetter(to: string, appOrigin: string): Letter {
  const words = wordsFor('en')
  const parts: Part[] = [{ kind: 'paragraph', text: words('mail.test.body', { origin: appOrigin }) }]
  return { to, ...render(words('mail.test.subject'), parts, appOrigin, words) }
}

/** The mail about a used recovery code asks for new ones when no more than these are left. */
const fewCodes = 2

function draft(message: Message, appOrigin: string, words: Words): Draft {
  const paragraph = (text: string): Part => ({ kind: 'paragraph', text })
  const link = (path: string, name: string, value: string) =>
    `${appOrigin}${path}?${new URLSearchParams({ [name]: value })}`
  const { kind, by, to } = message
  // A restored back-up may hold a time zone that this system does not know, which would throw.
  const timeZone = knownTimeZone(message.reader.timeZone)
  const time = (at: number) => fullTime(words, at, timeZone)
  const facts: Part = { kind: 'facts', facts: factsOf(by, words, time) }
  const codesLeft = (left: number): Part[] =>
    left > fewCodes
      ? [paragraph(words('mail.recovery-code-used.expected', { left }))]
      : [
          paragraph(words('mail.recovery-code-used.few', { left })),
          {
            kind: 'button',
            text: words('mail.recovery-code-used.button'),
            url: `${appOrigin}/security/two-factor`,
          },
        ]
  const when: Part = { kind: 'facts', facts: [[words('mail.facts.when'), time(by.at)]] }

  switch (kind) {
    case 'verify-email': {
      const { code } = message
      return {
        // Where a list of mails or a locked phone shows it: reading mail is what the code proves.
        subject: words('mail.verify-email.subject', { code }),
        parts: [
          paragraph(words('mail.verify-email.lead', { address: to })),
          { kind: 'code', text: `${code.slice(0, 4)} ${code.slice(4)}` },
          { kind: 'button', text: words('mail.verify-email.button'), url: link('/verify-email', 'code', code) },
          paragraph(words('mail.verify-email.limits', { life: lasting(words, codeLifeMs) })),
          paragraph(words('mail.verify-email.ignore')),
        ],
      }
    }
    case 'address-in-use':
      return {
        subject: words('mail.address-in-use.subject'),
        parts: [
          paragraph(words('mail.address-in-use.lead', { address: to })),
          paragraph(words('mail.address-in-use.rest')),
        ],
      }
    case 'reset-password':
      return {
        subject: words('mail.reset-password.subject'),
        parts: [
          paragraph(words('mail.reset-password.lead')),
          {
            kind: 'button',
            text: words('mail.reset-password.button'),
            url: link('/reset-password', 'token', message.token),
          },
          paragraph(words('mail.reset-password.limits', { life: lasting(words, resetLifeMs) })),
          facts,
          paragraph(words('mail.reset-password.ignore')),
        ],
      }
    case 'reset-started':
      return {
        subject: words('mail.reset-started.subject'),
        parts: [
          paragraph(words('mail.reset-started.lead')),
          {
            kind: 'button',
            text: words('mail.reset-password.button'),
            url: link('/reset-password', 'token', message.token),
          },
          paragraph(words('mail.reset-password.limits', { life: lasting(words, resetLifeMs) })),
        ],
      }
    case 'factor-reset-started':
      return {
        subject: words('mail.factor-reset-started.subject'),
        parts: [
          paragraph(words('mail.factor-reset-started.lead', { due: time(message.dueAt) })),
          when,
          paragraph(words('mail.factor-reset-started.expected')),
          paragraph(words('mail.factor-reset-started.ignore')),
          {
            kind: 'button',
            text: words('mail.factor-reset-started.button'),
            url: link('/keep-second-factor', 'token', message.token),
          },
        ],
      }
    case 'address-replaced':
      return {
        subject: words('mail.address-replaced.subject'),
        parts: [
          paragraph(words('mail.address-replaced.lead', { address: to })),
          when,
          paragraph(words('mail.address-replaced.expected')),
        ],
      }
    case 'role-changed': {
      const lead = words('mail.role-changed.lead', { role: words(`roles.${message.role}`) })
      const parts = [paragraph(lead), when, paragraph(words('mail.ask_admin'))]
      return { subject: words('mail.role-changed.subject'), parts }
    }
    case 'suspended': {
      const { until } = message
      const lead =
        until === null ? words('mail.suspended.lead') : words('mail.suspended.lead_until', { until: time(until) })
      const parts = [paragraph(lead), when, paragraph(words('mail.ask_admin'))]
      return { subject: words('mail.suspended.subject'), parts }
    }
    case 'account-deleted-by-admin': {
      const lead = words('mail.account-deleted-by-admin.lead', { erased: time(message.erasedAt) })
      const parts = [paragraph(lead), when, paragraph(words('mail.account-deleted-by-admin.expected'))]
      return { subject: words('mail.account-deleted-by-admin.subject'), parts }
    }
    case 'suspension-ended':
    case 'account-restored-by-admin':
    case 'picture-removed-by-admin': {
      const parts = [paragraph(words(`mail.${kind}.lead`)), when, paragraph(words('mail.ask_admin'))]
      return { subject: words(`mail.${kind}.subject`), parts }
    }
    case 'factor-reset-done': {
      const choose: Part = {
        kind: 'button',
        text: words('mail.factor-reset-done.button'),
        url: `${appOrigin}/forgot-password`,
      }
      const then = words(message.hasPassword ? 'mail.factor-reset-done.log_in' : 'mail.factor-reset-done.choose')
      const parts = [paragraph(words('mail.factor-reset-done.lead')), when, paragraph(then)]
      return {
        subject: words('mail.factor-reset-done.subject'),
        parts: [...parts, ...(message.hasPassword ? [] : [choose]), paragraph(words('mail.ask_admin'))],
      }
    }
    case 'invitation': {
      const { inviter, role } = message
      return {
        subject:
          inviter === undefined ? words('mail.invitation.subject') : words('mail.invitation.subject_by', { inviter }),
        parts: [
          paragraph(
            inviter === undefined
              ? words('mail.invitation.lead', { origin: appOrigin })
              : words('mail.invitation.lead_by', { inviter, origin: appOrigin }),
          ),
          {
            kind: 'button',
            text: words('mail.invitation.button'),
            url: link('/signup', 'invitation', message.token),
          },
          paragraph(words('mail.invitation.limits')),
          ...(role === undefined ? [] : [paragraph(words('mail.invitation.role', { role: words(`roles.${role}`) }))]),
          ...(inviter === undefined ? [] : [paragraph(words('mail.invitation.ignore'))]),
        ],
      }
    }
    default:
      return {
        subject: words(`mail.${kind}.subject`),
        parts: [
          paragraph(
            kind === 'username-changed'
              ? words('mail.username-changed.lead', { username: message.username })
              : words(`mail.${kind}.lead`),
          ),
          facts,
          ...(message.isForAll ? [paragraph(words('mail.for_all'))] : []),
          ...(kind === 'recovery-code-used'
            ? codesLeft(message.left ?? 0)
            : [paragraph(words(`mail.${kind}.expected`))]),
          paragraph(words('mail.not_me.lead', { life: lasting(words, compromiseReportLifeMs) })),
          { kind: 'button', text: words('mail.not_me.button'), url: link('/not-me', 'token', message.token) },
        ],
      }
  }
}

function factsOf(
  { at, userAgent, address }: RequestInfo,
  words: Words,
  time: (at: number) => string,
): [string, string][] {
  return [
    [words('mail.facts.when'), time(at)],
    [words('mail.facts.browser'), deviceName(words, parseDevice(userAgent))],
    [words('mail.facts.address'), address || words('security.sessions.address_unknown')],
  ]
}

function render(subject: string, parts: Part[], appOrigin: string, words: Words): Omit<Letter, 'to'> {
  const site = words('site.name')
  const footer = words('mail.footer', { site, origin: appOrigin })
  const text = [...parts.map(asText), `-- \n${footer}`].join('\n\n')
  return { subject: `${subject} · ${site}`, text: `${text}\n`, html: asHtml(subject, parts, footer, words) }
}

function asText(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return part.text
    case 'code':
      return `    ${part.text}`
    case 'button':
      return `${part.text}:\n${part.url}`
    case 'facts':
      return part.facts.map(([name, value]) => `${name}: ${value}`).join('\n')
  }
}

function asHtml(subject: string, parts: Part[], footer: string, words: Words): string {
  const body = parts.map((part) => {
    switch (part.kind) {
      case 'paragraph':
        return `<p>${escapeHtml(part.text)}</p>`
      case 'code':
        return `<p class="code" translate="no">${escapeHtml(part.text)}</p>`
      case 'button':
        return `<p><a class="button" href="${escapeHtml(part.url)}">${escapeHtml(part.text)}</a></p>`
      default:
        return `<table role="presentation">${part.facts
          .map(
            ([name, value]) =>
              `<tr><th align="left" scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
          )
          .join('')}</table>`
    }
  })
  return `<!doctype html>
<html lang="${words.locale}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${css}</style>
</head>
<body>
<main class="letter">
<p class="site">${escapeHtml(words('site.name'))}</p>
<h1>${escapeHtml(subject)}</h1>
${body.join('\n')}
<p class="footer">${escapeHtml(footer)}</p>
</main>
</body>
</html>
`
}

/** The colours of app/globals.css without custom properties, which mail programs do not support. */
const css = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 12px; background: #faf9f6; color: #1d1f23; font: 16px/1.5 system-ui, sans-serif; }
.letter { max-width: 34em; margin: 0 auto; padding: 32px; background: #fff; border: 1px solid #e4e0d8; border-radius: 12px; overflow-wrap: anywhere; }
.site { margin: 0 0 24px; font-weight: 600; color: #5d615f; }
h1 { margin: 0 0 16px; font-size: 22px; line-height: 1.3; }
p { margin: 0 0 16px; }
.code { padding: 12px 16px; background: #faf9f6; border-radius: 8px; font: 600 28px/1.3 ui-monospace, monospace; letter-spacing: 2px; }
.button { display: inline-block; padding: 10px 20px; background: #1f5c46; color: #fff; border-radius: 8px; font-weight: 600; text-decoration: none; }
table { margin: 0 0 16px; border-spacing: 0; }
th { padding: 2px 16px 2px 0; color: #5d615f; font-weight: 400; vertical-align: top; }
td { padding: 2px 0; }
.footer { margin: 24px 0 0; padding-top: 16px; border-top: 1px solid #e4e0d8; color: #5d615f; font-size: 14px; }
@media (prefers-color-scheme: dark) {
body { background: #14161a; color: #ecebe6; }
.letter { background: #1c1f25; border-color: #2e323a; }
.site, th, .footer { color: #a3a7a4; }
.code { background: #14161a; }
.button { background: #7fd1ae; color: #14161a; }
.footer { border-color: #2e323a; }
}
`

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
