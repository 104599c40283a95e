// E-mail addresses: the HTML standard's pattern, as browsers check it, with internationalized domains (IDNA).
//
// The local part stays ASCII. Other letters need SMTPUTF8 (RFC 6531) on every server along the way: if one lacks it, no
// code or recovery mail arrives, and the user notices too late. Nodemailer could send such mail.
import { domainToASCII, domainToUnicode } from 'node:url'
import { z } from 'zod'
import { trimTyped } from './typed-text.ts'

/** https://html.spec.whatwg.org/#valid-e-mail-address */
const local = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+$/
const asciiDomain =
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** In octets as sent to the mail server. RFC 5321, 4.5.3.1: its maximum of 256 includes two angle brackets. */
const localMax = 64
const domainMax = 255
const addressMax = 254

/**
 * Returns the trimmed address, or null if it is invalid. Keeps an ASCII domain as typed and normalises any other to
 * Unicode. The result cannot end a header or separate two addresses.
 */
export function parseEmail(typed: string): string | null {
  const text = trimTyped(typed)
  const at = text.lastIndexOf('@')
  const [before, after] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1 || !local.test(before) || before.length > localMax) return null
  const domain = asciiForm(after)
  if (domain === null || domain.length > domainMax || before.length + 1 + domain.length > addressMax) return null
  const isPlain = domain === after.toLowerCase() && !isEncoded(domain)
  return `${before}@${isPlain ? after : domainToUnicode(domain)}`
}

/** The address as sent to the mail server, with an ASCII domain. ASCII or invalid addresses stay unchanged. */
export function asciiEmail(address: string): string {
  if (isAscii(address)) return address
  const at = address.lastIndexOf('@')
  const domain = asciiForm(address.slice(at + 1))
  return at < 1 || domain === null ? address : `${address.slice(0, at)}@${domain}`
}

const schema = (isOptional: boolean) =>
  z.string().transform((typed, ctx) => {
    const text = trimTyped(typed)
    const address = text === '' && isOptional ? '' : parseEmail(text)
    if (address !== null) return address
    ctx.addIssue({ code: 'custom', message: errorOf(text) })
    return z.NEVER
  })

/** For forms. The issue is an error code of the message catalogue. */
export const emailSchema = schema(false)
export const emailOrNothingSchema = schema(true)

function errorOf(text: string): 'email_missing' | 'email_letters' | 'email_rule' {
  if (text === '') return 'email_missing'
  return isAscii(text.slice(0, Math.max(text.lastIndexOf('@'), 0))) ? 'email_rule' : 'email_letters'
}

/** A mailbox in a header. */
export interface Mailbox {
  name: string
  address: string
}

/**
 * Parses `name@example.com`, or a name followed by the address in angle brackets; the name may be quoted. The name is
 * free text that the mailer quotes and encodes. Null for anything else, including several mailboxes.
 */
export function parseMailbox(text: string): Mailbox | null {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return null
  const { before = '', inside = text } = /^(?<before>.*)<(?<inside>[^<>]*)>\s*$/u.exec(text)?.groups ?? {}
  const [name, address] = [readName(before.trim()), parseEmail(inside)]
  return name === null || address === null ? null : { name, address }
}

/** For display: quotes the name, so that its end is visible. */
export function describeMailbox({ name, address }: Mailbox): string {
  return name === '' ? address : `${JSON.stringify(name)} <${address}>`
}

function readName(text: string): string | null {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/u.exec(text)?.[1]
  if (quoted !== undefined) return quoted.replace(/\\(.)/gu, '$1').trim()
  // A list of mailboxes, the last one in angle brackets.
  const isList = text.split(/[,;]/).some((part) => /[<>]/.test(part) || parseEmail(part) !== null)
  return isList ? null : text
}

/** The domain in lower-case ASCII, or null if it is invalid. */
function asciiForm(domain: string): string | null {
  if (isAscii(domain) && !isEncoded(domain)) {
    return asciiDomain.test(domain) ? domain.toLowerCase() : null
  }
  // The URL parser in domainToASCII would decode these characters or end the domain at them.
  if (/[^a-zA-Z0-9.\-\u0080-\u{10ffff}]/u.test(domain)) return null
  const ascii = domainToASCII(domain)
  // The URL parser also accepts numbers as IPv4 addresses.
  return asciiDomain.test(ascii) && !/(?:^|\.)\d+$/.test(ascii) ? ascii : null
}

function isEncoded(domain: string): boolean {
  return /(?:^|\.)xn--/i.test(domain)
}

function isAscii(text: string): boolean {
  return !/\P{ASCII}/u.test(text)
}
