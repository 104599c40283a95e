// `settings`: what is in force.
import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { describeMailbox } from '../email-address.ts'
import { describeTransport } from '../mail/transport.ts'
import { describeStoreLocation } from '../stores/location.ts'
import { print } from './terminal.ts'

export function addSettings(program: Command): void {
  program
    .command('settings')
    .description('Show the settings in force, after checking each; secrets are counted, never shown')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- settings --json')
    .action(({ json }: { json?: boolean }) => showSettings(json === true))
}

function showSettings(json: boolean): void {
  const { sessionSecrets, session, store, smtpUrl, mailFrom, ...rest } = readSettings()
  const shown = {
    ...rest,
    store: describeStoreLocation(store),
    mailFrom: describeMailbox(mailFrom),
    mail: describeTransport({ smtpUrl, dataDir: rest.dataDir }),
    sessionSecrets: sessionSecrets === null ? 'generated, in DATA_DIR/secret' : `${sessionSecrets.length} given`,
    sessionIdleSeconds: session.idleMs / 1000,
    sessionMaxSeconds: session.maxMs / 1000,
  }
  if (json) print(JSON.stringify(shown))
  else for (const [name, value] of Object.entries(shown)) print(`${name.padEnd(20)} ${value ?? '(default)'}`)
}
