// `settings`: shows the current settings.
import type { Command } from 'commander'
import { readSettings, type Settings } from '../config.ts'
import { describeMailbox } from '../core/email-address.ts'
import { describeTransport } from '../core/mail/transport.ts'
import { describeStoreLocation } from '../stores/location.ts'
import { print } from './terminal.ts'

export function addSettings(program: Command): void {
  program
    .command('settings')
    .description('Check and show the current settings; secrets are counted, never shown')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- settings --json')
    .action(({ json }: { json?: boolean }) => showSettings(json === true))
}

function showSettings(json: boolean): void {
  const shown = namedAsSet(readSettings())
  if (json) print(JSON.stringify(shown))
  else for (const [name, value] of Object.entries(shown)) print(`${name.padEnd(27)} ${value}`)
}

/** By environment variable. Values that can contain a secret are described instead. */
function namedAsSet(settings: Settings): Record<string, string | number> {
  const { sessionSecrets, session, smtpUrl, dataDir } = settings
  const onOff = (isOn: boolean) => (isOn ? 'on' : 'off')
  return {
    PORT: settings.port,
    HOST: settings.host ?? 'all addresses',
    APP_URL: settings.appOrigin,
    DATA_DIR: dataDir,
    DATABASE_URL: describeStoreLocation(settings.store),
    DATABASE_POOL_SIZE: settings.databasePoolSize,
    SESSION_SECRET: sessionSecrets === null ? 'generated, in DATA_DIR/secret' : `${sessionSecrets.length} given`,
    SESSION_IDLE_SECONDS: session.idleMs / 1000,
    SESSION_MAX_SECONDS: session.maxMs / 1000,
    PASSWORD_MIN_LENGTH: settings.passwordMinLength,
    BREACHED_PASSWORDS: settings.breachedPasswordsUrl ?? 'off',
    SMTP_URL: describeTransport({ smtpUrl, dataDir }),
    MAIL_FROM: describeMailbox(settings.mailFrom),
    SIGNUP: settings.signUp,
    SIGNUP_EMAIL: settings.emailRequired ? 'required' : 'optional',
    REQUIRE_TWO_FACTOR: settings.requireTwoFactor.join(',') || 'no role',
    SECURITY_NOTICES: onOff(settings.notices),
    LIMITS: onOff(settings.limits),
    TRUST_PROXY_HOPS: settings.trustProxyHops,
    LOG_LEVEL: settings.logLevel,
    OTEL_EXPORTER_OTLP_ENDPOINT: settings.telemetry ? 'set' : 'unset',
  }
}
