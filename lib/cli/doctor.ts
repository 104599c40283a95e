// `doctor`: checks the installation and says what to do about each problem. Changes nothing.

import { lstat, statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { otherHostsOf, secretOf } from '../auth/factor-upkeep.ts'
import { hasSecondFactor } from '../auth/factors.ts'
import { createBreachedPasswords } from '../auth/passwords/breached-passwords.ts'
import { readSettings, type Settings } from '../config.ts'
import { createSystemClock, hours } from '../core/clock.ts'
import { describeMailbox } from '../core/email-address.ts'
import { createLog } from '../core/log/log.ts'
import { opensWith, triedForMs } from '../core/mail/mailroom.ts'
import { describeTransport, isExposedSmtp, verifyTransport } from '../core/mail/transport.ts'
import { isStoreUnavailable } from '../core/not-saved.ts'
import { readSecret } from '../secret.ts'
import { describeStoreLocation, isExposed } from '../stores/location.ts'
import { findHolder, openStoreReader } from '../stores/open.ts'
import type { MailRecord } from '../stores/types.ts'
import { clientAddress } from '../web/client-address.ts'
import { sessionCookieName, sessionCookieOptions } from '../web/cookies/session-cookie.ts'
import { counted } from './store-location.ts'
import { print, refusal } from './terminal.ts'
import { isAtLeast, versionFloor } from './version-floor.ts'

interface Finding {
  check: string
  verdict: 'ok' | 'warn' | 'fail'
  /** The state, and the remedy if there is a problem. */
  text: string
}

/** How many keys of authenticator apps the newest secret does not open. */
interface SealedApps {
  older: number
  lost: number
}

interface Options {
  forwarded?: string
  json?: boolean
}

/** From this many users on, one shared IP address is suspicious. */
const fewUsers = 5
const MiB = 1024 * 1024
/** Opening a letter takes about a millisecond. */
const mostLetters = 1000

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('Check the installation')
    .description('Check the installation. Each line is ok, warn or fail, and says what to do. Changes nothing.')
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
    ok('settings', 'All settings are valid.'),
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
  if (failed > 0) throw refusal(`${counted(failed, 'problem')} found.`)
}

const ok = (check: string, text: string): Finding => ({ check, verdict: 'ok', text })
const warn = (check: string, text: string): Finding => ({ check, verdict: 'warn', text })
const fail = (check: string, text: string): Finding => ({ check, verdict: 'fail', text })

async function checkSecret({ sessionSecrets, dataDir, store }: Settings): Promise<Finding[]> {
  const check = 'secret'
  if (sessionSecrets === null) {
    const path = join(dataDir, 'secret')
    const found = await lstat(path).catch(() => null)
    if (found === null) return [ok(check, `The first start creates one in ${path}.`)]
    if ((found.mode & 0o077) !== 0)
      return [fail(check, `${path} is readable by other accounts. Fix it: chmod 600 ${path}`)]
    if (store.driver === 'postgres') {
      return [
        warn(
          check,
          'It exists on this machine only. Before you add a second machine, set SESSION_SECRET to the same value on both.',
        ),
      ]
    }
    return [ok(check, `256 random bits in ${path}, readable by this account only.`)]
  }
  return sessionSecrets.map((secret, index) => {
    const which = sessionSecrets.length === 1 ? 'SESSION_SECRET' : `Secret ${index + 1} of SESSION_SECRET`
    // Words and patterns use few different characters.
    const variety = new Set(secret).size
    if (variety < 8) return fail(check, `${which} repeats a few characters. Generate another: openssl rand -base64 32`)
    if (variety < 16 || /secret|password|change|example|[a-z]{12}/i.test(secret)) {
      return warn(check, `${which} does not look random. Generate another: openssl rand -base64 32`)
    }
    return ok(check, `${which} has ${secret.length} characters and looks random.`)
  })
}

/** Says when older secrets can be removed. `checkLetters` counts the queued mails that still need one. */
function checkRotation({ sessionSecrets, session }: Settings): Finding[] {
  if (sessionSecrets === null || sessionSecrets.length < 2) return []
  const wait = Math.ceil((session.maxMs + triedForMs) / hours(1))
  const text = `Older secrets still open what was sealed with them. Remove them ${wait} hours after the first one was added, or later. A browser that opens no page in that time counts as a new device once.`
  return [ok('rotation', text)]
}

/** Empty when the first start has not made one yet. */
async function secretsOf({ sessionSecrets, dataDir }: Settings): Promise<readonly string[]> {
  if (sessionSecrets !== null) return sessionSecrets
  const generated = await readSecret(dataDir).catch(() => null)
  return generated === null ? [] : [generated]
}

/** The keys of authenticator apps are sealed with the secret, like the queued mails. */
function checkApps({ older, lost }: SealedApps, { sessionSecrets }: Settings): Finding[] {
  const check = 'rotation'
  const findings: Finding[] = []
  if (lost > 0) {
    const what = `SESSION_SECRET lacks the secret of ${counted(lost, 'authenticator app')}, so their codes are refused.`
    const todo = 'Append it again, or remove the second factors of these users: user reset-two-factor <username>'
    findings.push(fail(check, `${what} ${todo}`))
  }
  if (older > 0) {
    const todo = 'Restart the server, which seals their keys with the newest one, and run doctor again.'
    findings.push(warn(check, `An older secret is still needed by ${counted(older, 'authenticator app')}. ${todo}`))
  } else if (lost === 0 && (sessionSecrets?.length ?? 0) > 1) {
    findings.push(ok(check, 'SESSION_SECRET: no authenticator app needs the older secrets; they may be removed then.'))
  }
  return findings
}

function checkRequired(
  { users, enrolled }: { users: number; enrolled: number },
  { requireTwoFactor }: Settings,
): Finding {
  const check = 'two-factor'
  if (requireTwoFactor.length === 0) return ok(check, 'REQUIRE_TWO_FACTOR is unset: each user decides.')
  const text = `REQUIRE_TWO_FACTOR is ${requireTwoFactor.join(',')}: ${enrolled} of ${counted(users, 'user')} have a second factor.`
  return ok(check, enrolled < users ? `${text} The others must add one before they reach any other page.` : text)
}

/** Passkeys work for one host name only (WebAuthn Level 3, 5.1.2). */
function checkPasskeys(hosts: ReadonlyMap<string, number>, { appOrigin }: Settings): Finding[] {
  const { hostname } = new URL(appOrigin)
  return [...hosts].map(([host, count]) =>
    warn(
      'passkeys',
      `${counted(count, 'passkey')} made for ${host}, and APP_URL has the host ${hostname}: they do not work. Set APP_URL back, or let their users add new ones.`,
    ),
  )
}

/** Queued mails are sealed with the secret. */
async function checkLetters(letters: readonly MailRecord[], secrets: readonly string[]): Promise<Finding[]> {
  const check = 'rotation'
  if (secrets.length === 0 || letters.length === 0) return []
  const opened = async (some: readonly string[]) =>
    (await Promise.all(letters.map((letter) => opensWith(letter, some)))).filter((isOpen) => isOpen).length
  const [byAny, byNewest] = [await opened(secrets), await opened(secrets.slice(0, 1))]
  const findings: Finding[] = []
  if (byAny > byNewest) {
    findings.push(
      warn(
        check,
        `${counted(byAny - byNewest, 'queued mail')} can only be opened with an older secret. Keep that secret until they are sent.`,
      ),
    )
  }
  if (byAny < letters.length) {
    const lost = letters.length - byAny
    findings.push(
      fail(
        check,
        `${counted(lost, 'queued mail')} cannot be opened: SESSION_SECRET lacks the secret that sealed them. Append it within a day of their creation, or they are discarded.`,
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
      : warn('cookies', `${text} Use that on this machine only. In production, set APP_URL to an https:// URL.`),
  ]
}

function checkAddresses({ trustProxyHops: hops, appOrigin }: Settings, forwarded: string | undefined): Finding[] {
  const check = 'proxy'
  const rule =
    hops === 0
      ? 'TRUST_PROXY_HOPS is 0: the client’s address is that of the connection, and X-Forwarded-For is ignored.'
      : `TRUST_PROXY_HOPS is ${hops}: the client’s address is entry ${hops} from the right of X-Forwarded-For.`
  const findings: Finding[] = []
  if (hops === 0 && appOrigin.startsWith('https:')) {
    const todo =
      'A proxy terminates TLS, so all clients have its address. Set TRUST_PROXY_HOPS to the number of proxies.'
    findings.push(warn(check, `${rule} ${todo}`))
  } else findings.push(ok(check, rule))
  if (forwarded !== undefined && hops > 0) {
    const address = clientAddress(forwarded, '', hops)
    findings.push(
      address === ''
        ? fail(
            check,
            `${JSON.stringify(forwarded)} has no address in that place. Do ${hops} proxies append to the header?`,
          )
        : ok(check, `With ${JSON.stringify(forwarded)} the client’s address is ${address}.`),
    )
  }
  return findings
}

async function checkStore(settings: Settings): Promise<Finding[]> {
  const { store, appOrigin, requireTwoFactor } = settings
  const check = 'store'
  const description = describeStoreLocation(store)
  const durable = {
    json: 'Each write is synced before it is acknowledged; one process at a time.',
    sqlite: 'Write-ahead log with synchronous=FULL: each write is synced before it is acknowledged.',
    postgres: 'Durability follows the server’s synchronous_commit; the start warns when it is off.',
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
      const secrets = await secretsOf(settings)
      const apps: SealedApps = { older: 0, lost: 0 }
      const passkeyHosts = new Map<string, number>()
      const required = { users: 0, enrolled: 0 }
      for await (const { kind, record } of reader.dump()) {
        if (kind === 'session') {
          addresses.add(record.address)
          loggedIn.add(record.userId)
        }
        if (kind === 'user') {
          users++
          if (requireTwoFactor.includes(record.role) && record.deletedAt === null) {
            required.users++
            if (hasSecondFactor(record)) required.enrolled++
          }
          const secret = secrets.length === 0 ? null : await secretOf(record, secrets)
          if (secret === 'older' || secret === 'lost') apps[secret]++
          for (const host of otherHostsOf(record, new URL(appOrigin).hostname))
            passkeyHosts.set(host, (passkeyHosts.get(host) ?? 0) + 1)
        }
        if (kind === 'mail' && letters.length < mostLetters) letters.push(record)
        if (kind === 'user' && record.role === 'admin' && record.status === 'active' && record.deletedAt === null)
          admins++
        if (kind === 'audit') latest = Math.max(latest, record.at)
      }
      if (store.driver === 'json' && users > 10_000) {
        findings.push(
          warn(
            check,
            `It holds ${users.toLocaleString('en')} users, and every write rewrites all of them. Use SQLite: store migrate --to sqlite:…`,
          ),
        )
      }
      findings.push(
        admins === 0
          ? warn(
              'admin',
              'There is no administrator. Open the link that the start prints, or run: user create-admin <username>',
            )
          : ok(
              'admin',
              admins === 1 ? 'There is 1 administrator. Add a second one.' : `There are ${admins} administrators.`,
            ),
        checkClock(latest),
        ...(await checkLetters(letters, secrets)),
        ...checkApps(apps, settings),
        checkRequired(required, settings),
        ...checkPasskeys(passkeyHosts, settings),
        ...(appOrigin.startsWith('https:') ? checkSessionAddresses(addresses, loggedIn.size) : []),
      )
    } finally {
      await reader.close()
    }
    return findings
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const isNew = isStoreUnavailable(cause) && store.driver !== 'postgres'
    return [isNew ? warn(check, `${reason} The first start creates it.`) : fail(check, reason)]
  }
}

/** If proxies are not configured, all sessions have the proxy's address. */
function checkSessionAddresses(addresses: ReadonlySet<string>, userCount: number): Finding[] {
  const [only = ''] = addresses
  if (userCount < fewUsers || addresses.size > 1) return []
  const where = only === '' ? 'an unknown address' : only
  const todo =
    'If that is a proxy, all users share its rate limits: search the log for client_address_unreadable, and pass the proxy’s header to doctor with --forwarded.'
  return [warn('proxy', `All ${userCount} logged-in users come from ${where}. ${todo}`)]
}

/** Compares the clock with the latest audit entry. */
function checkClock(latest: number): Finding {
  const now = createSystemClock()()
  const text = new Date(now).toISOString()
  if (latest > now + hours(1)) {
    const recorded = new Date(latest).toISOString()
    return fail(
      'clock',
      `This machine’s clock says ${text}, but the audit trail has an entry of ${recorded}. Set the clock, and keep it right with NTP.`,
    )
  }
  return ok('clock', `The clock says ${text}, and no audit entry is later.`)
}

async function checkSpace({ dataDir, store }: Settings): Promise<Finding[]> {
  if (store.driver === 'postgres') return []
  const folder = store.driver === 'json' ? dataDir : join(store.path, '..')
  const found = await statfs(folder).catch(() => null)
  if (found === null) return [ok('space', `The first start creates ${folder}.`)]
  const free = Math.floor((found.bavail * found.bsize) / MiB)
  const text = `${free.toLocaleString('en')} MiB free in ${folder}.`
  if (free < 50) return [fail('space', `${text} On a full disk every write fails: free some space.`)]
  return [free < 1024 ? warn('space', `${text} Free some space before it is full.`) : ok('space', text)]
}

async function checkMail(settings: Settings): Promise<Finding[]> {
  const over = describeTransport(settings)
  const sender = ok('sender', `Mails come from ${describeMailbox(settings.mailFrom)}.`)
  if (settings.smtpUrl === null) {
    return [warn('mail', `SMTP_URL is unset: mails are ${over}, and no recipient gets them.`), sender]
  }
  const error = await verifyTransport(settings)
  return [
    error === null
      ? ok('mail', `${over} accepts mails. Send one with: mail test <address>`)
      : fail('mail', `${over} accepts no mails: ${error}`),
    sender,
  ]
}

/** Asks for a password that every such service knows. As always, only a prefix of its hash is sent. */
async function checkLeaks({ breachedPasswordsUrl: url }: Settings): Promise<Finding[]> {
  const check = 'leaks'
  if (url === null) {
    return [ok(check, 'BREACHED_PASSWORDS is off: new passwords are compared with the built-in list only.')]
  }
  const knows = await createBreachedPasswords({ url, log: createLog('silent') }).has('password')
  return [
    knows
      ? ok(check, `${url} answers, and new passwords are looked up there.`)
      : warn(
          check,
          `${url} gave no usable answer within a second: new passwords are accepted without the check. Check BREACHED_PASSWORDS.`,
        ),
  ]
}

/** Connections without verified TLS. */
function checkWays({ store, smtpUrl, dataDir }: Settings): Finding[] {
  const open: string[] = []
  if (store.driver === 'postgres' && isExposed(store.url)) open.push(describeStoreLocation(store))
  if (smtpUrl !== null && isExposedSmtp(smtpUrl)) open.push(describeTransport({ smtpUrl, dataDir }))
  const why = 'is reached without TLS or without a check of its certificate, because its URL says so.'
  return open.map((what) => warn('ways', `${what} ${why}`))
}

function checkVersions(): Finding[] {
  const require = createRequire(import.meta.url)
  return Object.entries(versionFloor).map(([name, least]) => {
    const { version }: { version: string } = require(`${name}/package.json`)
    return isAtLeast(version, least)
      ? ok('versions', `${name} ${version} has no known vulnerability that matters here (at least ${least}).`)
      : fail('versions', `${name} ${version} has published vulnerabilities. Install at least ${least}: npm ci`)
  })
}
