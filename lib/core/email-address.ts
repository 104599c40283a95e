// What an e-mail address is: the HTML standard's pattern, as browsers check it, with domains in any script (IDNA).
//
// The part before the @ stays ASCII. A letter in it needs SMTPUTF8 (RFC 6531) on every server along the way: where one lacks
// it, no code and no recovery mail arrives, and the person learns that too late. Nodemailer could send such mail.
import { domainToASCII, domainToUnicode } from 'node:url'
import { z } from 'zod'
import { trimTyped } from './typed-text.ts'

/** https://html.spec.whatwg.org/#valid-e-mail-address */
const local = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+$/
const asciiDomain =
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** In octets, as the mail server gets it: RFC 5321, 4.5.3.1, where a path of 256 has its two angle brackets. */
const localMax = 64
const domainMax = 255
const addressMax = 254

/**
 * The address without space around it, as typed where its domain is plain ASCII, else with the domain in its one Unicode
 * spelling; null for what is no address. Holds no character that could end a header or separate two addresses.
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

/** As the mail server gets it: the domain in ASCII. What is ASCII already, or no address, stays as it is. */
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
    ctx.addIssue({ code: 'custom', message: faultOf(text) })
    return z.NEVER
  })

/** For forms: the issue is a code of the catalogue's errors. */
export const emailSchema = schema(false)
export const emailOrNothingSchema = schema(true)

function faultOf(text: string): 'email_missing' | 'email_letters' | 'email_rule' {
  if (text === '') return 'email_missing'
  return isAscii(text.slice(0, Math.max(text.lastIndexOf('@'), 0))) ? 'email_rule' : 'email_letters'
}

/** One mailbox of a header: who it is, and the address. */
export interface Mailbox {
  name: string
  address: string
}

/**
 * `name@example.com`, or the same in angle brackets behind a name, which may stand in quotes. The name is free text: what a
 * header needs quoted or encoded, the mailer does. Null for anything else, several mailboxes included.
 */
export function parseMailbox(text: string): Mailbox | null {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return null
  const { before = '', inside = text } = /^(?<before>.*)<(?<inside>[^<>]*)>\s*$/u.exec(text)?.groups ?? {}
  const [name, address] = [readName(before.trim()), parseEmail(inside)]
  return name === null || address === null ? null : { name, address }
}

/** For people: the name in quotes, so that it shows where it begins and ends. */
export function describeMailbox({ name, address }: Mailbox): string {
  return name === '' ? address : `${JSON.stringify(name)} <${address}>`
}

function readName(text: string): string | null {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/u.exec(text)?.[1]
  if (quoted !== undefined) return quoted.replace(/\\(.)/gu, '$1').trim()
  // A list of several, whose last has the brackets.
  const isList = text.split(/[,;]/).some((part) => /[<>]/.test(part) || parseEmail(part) !== null)
  return isList ? null : text
}

/** The domain in ASCII and lower case, or null when it is none. */
function asciiForm(domain: string): string | null {
  if (isAscii(domain) && !isEncoded(domain)) {
    return asciiDomain.test(domain) ? domain.toLowerCase() : null
  }
  // The URL parser behind domainToASCII would end the domain at these, or decode them.
  if (/[^a-zA-Z0-9.\-\u0080-\u{10ffff}]/u.test(domain)) return null
  const ascii = domainToASCII(domain)
  // It also reads digits as an IPv4 address.
  return asciiDomain.test(ascii) && !/(?:^|\.)\d+$/.test(ascii) ? ascii : null
}

function isEncoded(domain: string): boolean {
  return /(?:^|\.)xn--/i.test(domain)
}

function isAscii(text: string): boolean {
  return !/\P{ASCII}/u.test(text)
}
