// `doctor`: what of this installation would surprise somebody later, each with what to do about it. Changes nothing.
import { lstat, statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { createBreachedPasswords } from '../auth/passwords/breached-passwords.ts'
import { readSettings, type Settings } from '../config.ts'
import { createSystemClock, hours } from '../core/clock.ts'
import { describeMailbox } from '../core/email-address.ts'
import { createLog } from '../core/log/log.ts'
import { opensWith, triedForMs } from '../core/mail/mailroom.ts'
import { describeTransport, isExposedSmtp, verifyTransport } from '../core/mail/transport.ts'
import { readSecret } from '../secret.ts'
import { describeStoreLocation, isExposed } from '../stores/location.ts'
import { findHolder, openStoreReader } from '../stores/open.ts'
import type { MailRecord } from '../stores/types.ts'
import { clientAddress } from '../web/client-address.ts'
import { sessionCookieName, sessionCookieOptions } from '../web/session-cookie.ts'
import { print, refusal } from './terminal.ts'
import { isAtLeast, versionFloor } from './version-floor.ts'

interface Finding {
  check: string
  verdict: 'ok' | 'warn' | 'fail'
  /** What is so, and what to do when that is not well. */
  text: string
}

interface Options {
  forwarded?: string
  json?: boolean
}

/** So many seldom share an address. */
const fewPeople = 5
const MiB = 1024 * 1024
/** Opening one takes about a millisecond. */
const mostLetters = 1000

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('Look over the installation')
    .description('Look over the installation: each line is ok, warn or fail, and says what to do. Changes nothing.')
    .addOption(
      new Option(
        '--forwarded <header>',
        'an X-Forwarded-For header as your proxy sends it, to see which address counts',
      ),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- doctor --forwarded "203.0.113.7, 10.0.0.2"')
    .action(examine)
}

async function examine({ forwarded, json }: Options): Promise<void> {
  const settings = readSettings()
  const findings = [
    ok('settings', 'Every setting is one that is allowed.'),
    await checkSecret(settings),
    checkCookies(settings),
    checkAddresses(settings, forwarded),
    checkRotation(settings),
    await checkStore(settings),
    await checkSpace(settings),
    await checkMail(settings),
    await checkLeaks(settings),
    checkWays(settings),
    checkVersions(),
  ].flat()
  if (json) print(JSON.stringify(findings))
  else for (const { check, verdict, text } of findings) print(`${verdict.padEnd(4)}  ${check.padEnd(14)} ${text}`)
  const failed = findings.filter(({ verdict }) => verdict === 'fail').length
  if (failed > 0) throw refusal(failed === 1 ? 'One thing has to be mended.' : `${failed} things have to be mended.`)
}

const ok = (check: string, text: string): Finding => ({ check, verdict: 'ok', text })
const warn = (check: string, text: string): Finding => ({ check, verdict: 'warn', text })
const fail = (check: string, text: string): Finding => ({ check, verdict: 'fail', text })

async function checkSecret({ sessionSecrets, dataDir, store }: Settings): Promise<Finding[]> {
  const check = 'secret'
  if (sessionSecrets === null) {
    const path = join(dataDir, 'secret')
    const found = await lstat(path).catch(() => null)
    if (found === null) return [ok(check, `The first start makes one in ${path}.`)]
    if ((found.mode & 0o077) !== 0)
      return [fail(check, `${path} is open to other accounts. Close it: chmod 600 ${path}`)]
    if (store.driver === 'postgres') {
      return [
        warn(
          check,
          'It is this machine’s own. Before a second one joins, set SESSION_SECRET to the same value on both.',
        ),
      ]
    }
    return [ok(check, `256 random bits in ${path}, closed to other accounts.`)]
  }
  return sessionSecrets.map((secret, index) => {
    const which = sessionSecrets.length === 1 ? 'SESSION_SECRET' : `Secret ${index + 1} of SESSION_SECRET`
    // Words and patterns use few different characters, or the same few again and again.
    const variety = new Set(secret).size
    if (variety < 8) return fail(check, `${which} repeats a few characters. Make another: openssl rand -base64 32`)
    if (variety < 16 || /secret|password|change|example|[a-z]{12}/i.test(secret)) {
      return warn(check, `${which} does not look random. Make another: openssl rand -base64 32`)
    }
    return ok(check, `${which} has ${secret.length} characters and looks random.`)
  })
}

/** When the older secrets may go; which letters still need one is told with the store. */
function checkRotation({ sessionSecrets, session }: Settings): Finding[] {
  if (sessionSecrets === null || sessionSecrets.length < 2) return []
  const wait = Math.ceil((session.maxMs + triedForMs) / hours(1))
  const text = `The secrets behind the first open what was made under them. Drop them ${wait} hours after the first was put in front, or later: a browser that opens no page until then counts as a new device once.`
  return [ok('rotation', text)]
}

/** Letters are the only thing in the store that a secret opens. */
async function checkLetters(letters: readonly MailRecord[], { sessionSecrets, dataDir }: Settings): Promise<Finding[]> {
  const check = 'rotation'
  const generated = sessionSecrets === null ? await readSecret(dataDir).catch(() => null) : null
  const secrets = sessionSecrets ?? (generated === null ? [] : [generated])
  if (secrets.length === 0 || letters.length === 0) return []
  const opened = async (some: readonly string[]) =>
    (await Promise.all(letters.map((letter) => opensWith(letter, some)))).filter((isOpen) => isOpen).length
  const [byAny, byNewest] = [await opened(secrets), await opened(secrets.slice(0, 1))]
  const findings: Finding[] = []
  if (byAny > byNewest) {
    findings.push(
      warn(
        check,
        `${byAny - byNewest} of the mails that wait open with an older secret alone. Keep it until they are sent.`,
      ),
    )
  }
  if (byAny < letters.length) {
    const lost = letters.length - byAny
    findings.push(
      fail(
        check,
        `${lost} of the mails that wait were sealed with a secret that is not given any more. Put it behind the others in SESSION_SECRET within a day of their posting, or they are given up.`,
      ),
    )
  }
  return findings
}

function checkCookies({ appOrigin }: Settings): Finding[] {
  const { secure } = sessionCookieOptions(appOrigin)
  const name = sessionCookieName(appOrigin)
  const flags = `HttpOnly; SameSite=Lax; Path=/${secure ? '; Secure' : ''}`
  const text = `For ${appOrigin} the cookie is ${name}; ${flags}.`
  return [
    secure
      ? ok('cookies', text)
      : warn('cookies', `${text} That is for this machine only: set APP_URL to an https:// address.`),
  ]
}

function checkAddresses({ trustProxyHops: hops, appOrigin }: Settings, forwarded: string | undefined): Finding[] {
  const check = 'proxy'
  const rule =
    hops === 0
      ? 'TRUST_PROXY_HOPS is 0: the connection’s own address counts, and X-Forwarded-For is ignored.'
      : `TRUST_PROXY_HOPS is ${hops}: of X-Forwarded-For, entry ${hops} from the right counts.`
  const findings: Finding[] = []
  if (hops === 0 && appOrigin.startsWith('https:')) {
    const todo =
      'Something in front does TLS, so everybody has its address. Set TRUST_PROXY_HOPS to the number of proxies.'
    findings.push(warn(check, `${rule} ${todo}`))
  } else findings.push(ok(check, rule))
  if (forwarded !== undefined && hops > 0) {
    const address = clientAddress(forwarded, '', hops)
    findings.push(
      address === ''
        ? fail(
            check,
            `Of ${JSON.stringify(forwarded)} no address would count. Are there ${hops} proxies that append to it?`,
          )
        : ok(check, `Of ${JSON.stringify(forwarded)} the address ${address} would count.`),
    )
  }
  return findings
}

async function checkStore(settings: Settings): Promise<Finding[]> {
  const { store, appOrigin } = settings
  const check = 'store'
  const description = describeStoreLocation(store)
  const durable = {
    json: 'Each write is synced before it is answered; one process at a time.',
    sqlite: 'Write-ahead log with synchronous=FULL: each write is synced before it is answered.',
    postgres: 'Durable as the server’s synchronous_commit says; the start warns when it is off.',
  }[store.driver]
  try {
    const holder = await findHolder(store)
    const reader = await openStoreReader(store)
    const findings = [ok(check, `${description}. ${durable}${holder === null ? '' : ` In use by ${holder}.`}`)]
    try {
      let [users, admins, latest] = [0, 0, 0]
      const letters: MailRecord[] = []
      const addresses = new Set<string>()
      const loggedIn = new Set<string>()
      for await (const { kind, record } of reader.dump()) {
        if (kind === 'session') {
          addresses.add(record.address)
          loggedIn.add(record.userId)
        }
        if (kind === 'user') users++
        if (kind === 'mail' && letters.length < mostLetters) letters.push(record)
        if (kind === 'user' && record.role === 'admin' && record.status === 'active' && record.deletedAt === null)
          admins++
        if (kind === 'audit') latest = Math.max(latest, record.at)
      }
      if (store.driver === 'json' && users > 10_000) {
        findings.push(
          warn(
            check,
            `It has ${users.toLocaleString('en')} people: every write writes them all. Move on: store migrate --to sqlite:…`,
          ),
        )
      }
      findings.push(
        admins === 0
          ? warn('admin', 'There is none. The start prints a link that makes one; or: user create-admin <username>')
          : ok('admin', admins === 1 ? 'There is one. A second is worth having.' : `There are ${admins}.`),
        checkClock(latest),
        ...(await checkLetters(letters, settings)),
        ...(appOrigin.startsWith('https:') ? checkSessionAddresses(addresses, loggedIn.size) : []),
      )
    } finally {
      await reader.close()
    }
    return findings
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const isNew =
      cause instanceof Error && 'code' in cause && cause.code === 'store_unavailable' && store.driver !== 'postgres'
    return [isNew ? warn(check, `${reason} The first start makes it.`) : fail(check, reason)]
  }
}

/** The trace that a proxy leaves whose entries of X-Forwarded-For are not read. */
function checkSessionAddresses(addresses: ReadonlySet<string>, people: number): Finding[] {
  const [only = ''] = addresses
  if (people < fewPeople || addresses.size > 1) return []
  const where = only === '' ? 'an address that nobody told' : only
  const todo =
    'If that is a proxy, everybody shares its limits: look for client_address_unreadable in the log, and give doctor the header that the proxy sends with --forwarded.'
  return [warn('proxy', `All ${people} people who are logged in come from ${where}. ${todo}`)]
}

/** The only other clock at hand: what was recorded before. */
function checkClock(latest: number): Finding {
  const now = createSystemClock()()
  const text = new Date(now).toISOString()
  if (latest > now + hours(1)) {
    const recorded = new Date(latest).toISOString()
    return fail(
      'clock',
      `It is ${text} here, but something was recorded at ${recorded}. Set the clock, and keep it with NTP.`,
    )
  }
  return ok('clock', `It is ${text}, and nothing was recorded later.`)
}

async function checkSpace({ dataDir, store }: Settings): Promise<Finding[]> {
  if (store.driver === 'postgres') return []
  const folder = store.driver === 'json' ? dataDir : join(store.path, '..')
  const found = await statfs(folder).catch(() => null)
  if (found === null) return [ok('space', `${folder} is made at the first start.`)]
  const free = Math.floor((found.bavail * found.bsize) / MiB)
  const text = `${free.toLocaleString('en')} MiB are free for ${folder}.`
  if (free < 50) return [fail('space', `${text} A full disk refuses every sign-up: make room.`)]
  return [free < 1024 ? warn('space', `${text} Make room before it is full.`) : ok('space', text)]
}

async function checkMail(settings: Settings): Promise<Finding[]> {
  const over = describeTransport(settings)
  const sender = ok('sender', `Mails come from ${describeMailbox(settings.mailFrom)}.`)
  if (settings.smtpUrl === null) {
    return [warn('mail', `No SMTP_URL: mails are ${over}, and reach nobody.`), sender]
  }
  const fault = await verifyTransport(settings)
  return [
    fault === null
      ? ok('mail', `${over} takes mails. Send one with: mail test <address>`)
      : fail('mail', `${over} takes no mails: ${fault}`),
    sender,
  ]
}

/** With a password that every such service has. Only its hash's first characters are sent, as always. */
async function checkLeaks({ breachedPasswordsUrl: url }: Settings): Promise<Finding[]> {
  const check = 'leaks'
  if (url === null) {
    return [ok(check, 'BREACHED_PASSWORDS is off: new passwords are compared with the list that is here, offline.')]
  }
  const knows = await createBreachedPasswords({ url, log: createLog('silent') }).has('password')
  return [
    knows
      ? ok(check, `${url} says whether a new password was published.`)
      : warn(
          check,
          `${url} gave no usable answer within a second: new passwords are taken without. Check BREACHED_PASSWORDS.`,
        ),
  ]
}

/** Those that the settings left open on purpose, or by mistake. */
function checkWays({ store, smtpUrl, dataDir }: Settings): Finding[] {
  const open: string[] = []
  if (store.driver === 'postgres' && isExposed(store.url)) open.push(describeStoreLocation(store))
  if (smtpUrl !== null && isExposedSmtp(smtpUrl)) open.push(describeTransport({ smtpUrl, dataDir }))
  const why = 'is reached without TLS, or with nobody checking its certificate, because its address says so.'
  return open.map((what) => warn('ways', `${what} ${why}`))
}

function checkVersions(): Finding[] {
  const require = createRequire(import.meta.url)
  return Object.entries(versionFloor).map(([name, least]) => {
    const { version }: { version: string } = require(`${name}/package.json`)
    return isAtLeast(version, least)
      ? ok('versions', `${name} ${version} has no known hole that matters here (at least ${least}).`)
      : fail('versions', `${name} ${version} has published holes. Install at least ${least}: npm ci`)
  })
}
