// The settings, and the only reader of process.env. An error is one sentence that never repeats a secret.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { SessionLimits } from './auth/sessions/timeouts.ts'
import { hours, seconds } from './core/clock.ts'
import { type Mailbox, parseMailbox } from './core/email-address.ts'
import { errorCode } from './core/error-code.ts'
import { loopbackHosts } from './core/loopback.ts'
import { parseStoreLocation, type StoreLocation } from './stores/location.ts'
import { type Role, roles } from './stores/types.ts'

export interface Settings {
  /** `localhost` means every loopback address; null means all addresses. */
  host: string | null
  port: number
  /** The public origin, without a trailing slash. */
  appOrigin: string
  dataDir: string
  store: StoreLocation
  /** Maximum connections to PostgreSQL of this process. */
  databasePoolSize: number
  /** Newest first. Null: use the generated secret in DATA_DIR. */
  sessionSecrets: readonly string[] | null
  session: SessionLimits
  passwordMinLength: number
  /** The service that knows published passwords by a prefix of their hash; null for none. */
  breachedPasswordsUrl: string | null
  /** The SMTP server's URL (may contain a password), or null for files in DATA_DIR/outbox. */
  smtpUrl: string | null
  /** The sender of all mails. */
  mailFrom: Mailbox
  /** Who may sign up: anyone, only with an invitation, or nobody. */
  signUp: (typeof signUpModes)[number]
  /** Whether the sign-up requires an e-mail address. */
  emailRequired: boolean
  /** The roles whose users must have a second factor. */
  requireTwoFactor: readonly Role[]
  /** Whether users get security alerts by mail. */
  notices: boolean
  /** Whether rate limits apply. */
  limits: boolean
  /** Number of proxies that append to X-Forwarded-For. */
  trustProxyHops: number
  logLevel: (typeof logLevels)[number]
  /** Whether OpenTelemetry's variables name a collector. Its packages read the other variables themselves. */
  telemetry: boolean
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const signUpModes = ['open', 'invitation', 'closed'] as const

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`)

const origin = z.string().transform((text, ctx) => {
  const error = originError(text)
  if (error === null) return new URL(text).origin
  ctx.addIssue({ code: 'custom', message: error })
  return z.NEVER
})

const secrets = z
  .string()
  .transform((text) => text.split(',').map((secret) => secret.trim()))
  .refine(
    (list) => list.every((secret) => secret.length >= 32),
    'has a secret that is too short: give one or more secrets of at least 32 characters, newest first, separated by commas',
  )

const databaseUrl = z.string().transform((text, ctx) => {
  const location = parseStoreLocation(text)
  if (location !== null && location.driver !== 'json') return location
  ctx.addIssue({
    code: 'custom',
    message:
      'must be sqlite:<path> or postgres://user:password@host/database; unset, the JSON store in DATA_DIR is used',
  })
  return z.NEVER
})

const smtpUrl = z.string().refine((text) => /^smtps?:\/\/[^/]/.test(text) && URL.canParse(text), {
  message:
    'must be smtp://host:587 or smtps://host:465, with user:password@ before the host if the server asks for one',
})

const mailFrom = z.string().transform((text, ctx) => {
  const mailbox = parseMailbox(text)
  if (mailbox !== null) return mailbox
  const message = 'must be one address, alone or behind a name, such as Acme: Accounts <no-reply@example.com>'
  ctx.addIssue({ code: 'custom', message })
  return z.NEVER
})

/** The public service of Have I Been Pwned, free and without a key. */
const pwnedPasswordsUrl = 'https://api.pwnedpasswords.com/range/'

const breachedPasswords = z.string().transform((text, ctx) => {
  if (text === 'off') return null
  if (text === 'on') return pwnedPasswordsUrl
  const url = URL.canParse(text) ? new URL(text) : null
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.includes(url.hostname))
  if (url !== null && isSafe && url.href === `${url.origin}${url.pathname}`) return url.href.replace(/\/?$/, '/')
  ctx.addIssue({
    code: 'custom',
    message:
      'must be off, on, or the https:// address of a range API without user name or query (http:// on this machine only)',
  })
  return z.NEVER
})

const roleNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(roles, `must name roles, separated by commas: ${roles.join(', ')}`)))

const httpUrl = z.string().refine((text) => /^https?:\/\/[^/]/.test(text) && URL.canParse(text), {
  message: 'must be the http:// or https:// address of a collector, such as http://127.0.0.1:4318',
})

const onOff = z.enum(['on', 'off'], 'must be on or off').default('on')

const schema = z.object({
  PORT: wholeNumber(1, 65_535).default(3000),
  HOST: z.string().optional(),
  APP_URL: origin.optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_POOL_SIZE: wholeNumber(1, 200).default(10),
  SESSION_SECRET: secrets.optional(),
  SESSION_IDLE_SECONDS: wholeNumber(5, 86_400).default(600),
  // 30 days is NIST SP 800-63B-4's limit for the lowest level, AAL1.
  SESSION_MAX_SECONDS: wholeNumber(5, 2_592_000).default(hours(12) / 1000),
  // Fewer than 8 would break NIST SP 800-63B-4 and OWASP ASVS 6.2.1.
  PASSWORD_MIN_LENGTH: wholeNumber(8, 64).default(8),
  BREACHED_PASSWORDS: breachedPasswords.default(null),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: mailFrom.optional(),
  SIGNUP: z.enum(signUpModes, `must be one of ${signUpModes.join(', ')}`).default('open'),
  SIGNUP_EMAIL: z.enum(['optional', 'required'], 'must be optional or required').default('optional'),
  REQUIRE_TWO_FACTOR: roleNames.default([]),
  SECURITY_NOTICES: onOff,
  LIMITS: onOff,
  TRUST_PROXY_HOPS: wholeNumber(0, 10).optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  // Set by Vercel, whose machines keep no files between requests.
  VERCEL: z.string().optional(),
})

/** A one-line message: the setting, the error, and the allowed values. */
export class SettingsError extends Error {
  readonly code = 'settings_invalid'
}

/**
 * Settings that can be in a file named by `<name>_FILE`. Credentials of systemd and container secrets are files, which
 * no child process inherits and no dump of the environment shows.
 */
const inFiles = ['DATABASE_URL', 'SESSION_SECRET', 'SMTP_URL']

/** All environment variables that are read, here or through a setting. */
export const settingNames: readonly string[] = [
  ...Object.keys(schema.shape),
  ...inFiles.map((name) => `${name}_FILE`),
  'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY',
  'OTEL_EXPORTER_OTLP_HEADERS',
]

/** Empty values count as unset. Throws a SettingsError for the first invalid setting. */
export function readSettings(env: Record<string, string | undefined> = process.env): Settings {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [
      name,
      (inFiles.includes(name) && fromFile(name, env)) || env[name] || undefined,
    ]),
  )
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new SettingsError(`${String(issue?.path[0])} ${issue?.message}.`)
  }
  const values = parsed.data
  if (values.SESSION_MAX_SECONDS < values.SESSION_IDLE_SECONDS) {
    throw new SettingsError(
      `SESSION_MAX_SECONDS must be at least SESSION_IDLE_SECONDS, which is ${values.SESSION_IDLE_SECONDS}.`,
    )
  }
  const appOrigin = values.APP_URL ?? `http://localhost:${values.PORT}`
  const { hostname } = new URL(appOrigin)
  if (values.SMTP_URL !== undefined && values.MAIL_FROM === undefined) {
    throw new SettingsError('MAIL_FROM must be set beside SMTP_URL, such as Gatehouse <no-reply@example.com>.')
  }
  if (values.LIMITS === 'off' && !loopbackHosts.includes(hostname)) {
    throw new SettingsError('LIMITS may be off only while APP_URL is localhost, 127.0.0.1 or [::1].')
  }
  const dataDir = resolve(values.DATA_DIR)
  const store = values.DATABASE_URL ?? { driver: 'json', dir: dataDir }
  if (values.VERCEL !== undefined) requireKeptElsewhere(store, values.SESSION_SECRET)
  return {
    // Without a public URL, only this machine can use the site.
    host: values.HOST ?? (values.APP_URL === undefined ? 'localhost' : null),
    port: values.PORT,
    appOrigin,
    dataDir,
    store,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    sessionSecrets: values.SESSION_SECRET ?? null,
    session: { idleMs: seconds(values.SESSION_IDLE_SECONDS), maxMs: seconds(values.SESSION_MAX_SECONDS) },
    passwordMinLength: values.PASSWORD_MIN_LENGTH,
    breachedPasswordsUrl: values.BREACHED_PASSWORDS,
    smtpUrl: values.SMTP_URL ?? null,
    mailFrom: values.MAIL_FROM ?? {
      name: 'Gatehouse',
      address: `gatehouse@${hostname.replace(/^\[.*\]$/, 'localhost')}`,
    },
    signUp: values.SIGNUP,
    emailRequired: values.SIGNUP_EMAIL === 'required',
    requireTwoFactor: values.REQUIRE_TWO_FACTOR,
    notices: values.SECURITY_NOTICES === 'on',
    limits: values.LIMITS === 'on',
    // Vercel overwrites the client's X-Forwarded-For.
    trustProxyHops: values.TRUST_PROXY_HOPS ?? (values.VERCEL === undefined ? 0 : 1),
    logLevel: values.LOG_LEVEL,
    telemetry: values.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
  }
}

function fromFile(name: string, env: Record<string, string | undefined>): string | undefined {
  const path = env[`${name}_FILE`]
  if (!path) return undefined
  if (env[name]) throw new SettingsError(`${name}_FILE and ${name} are both set: take one of them away.`)
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (text !== '') return text
  } catch (cause) {
    throw new SettingsError(
      `${name}_FILE must name a file that can be read: ${path} cannot (${errorCode(cause) ?? cause}).`,
    )
  }
  throw new SettingsError(`${name}_FILE must name a file with something in it: ${path} is empty.`)
}

function requireKeptElsewhere(store: StoreLocation, secrets: readonly string[] | undefined): void {
  if (store.driver !== 'postgres') {
    throw new SettingsError('DATABASE_URL must be a postgres:// address on Vercel, which keeps no files.')
  }
  if (secrets === undefined) {
    throw new SettingsError(
      'SESSION_SECRET must be set on Vercel, which keeps no files: at least 32 random characters.',
    )
  }
}

/** All origins of this site: the public one, or all names of this machine for a local site. */
export function ownOrigins(appOrigin: string): readonly string[] {
  const url = new URL(appOrigin)
  if (!loopbackHosts.includes(url.hostname)) return [appOrigin]
  const port = url.port === '' ? '' : `:${url.port}`
  return loopbackHosts.map((host) => `${url.protocol}//${host}${port}`)
}

function originError(text: string): string | null {
  if (!URL.canParse(text)) return 'must be an address such as https://accounts.example.com'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https:// (or http:// on localhost)'
  if (url.href !== `${url.origin}/`) return 'must be an origin only: scheme, host and port, without path or user name'
  if (url.protocol === 'http:' && !loopbackHosts.includes(url.hostname)) {
    return 'must start with https://: plain http is allowed only for localhost, 127.0.0.1 and [::1]'
  }
  return null
}
