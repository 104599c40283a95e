// `npm run cli -- <command>`: the operator's command line. Exit 0 done, 1 failed, 2 wrong usage.
import { join } from 'node:path'
import nextEnv from '@next/env'
import { Command, CommanderError } from 'commander'
import { readSettings } from '../config.ts'

const program = new Command('gatehouse')
  .description('The operator’s command line of Gatehouse')
  .usage('<command> [options]')
  .exitOverride()
  .showHelpAfterError('Run with --help for the commands.')

program
  .command('settings')
  .description('Show the settings in force, after checking each; secrets are counted, never shown')
  .option('--json', 'print JSON')
  .action(({ json }: { json?: boolean }) => {
    nextEnv.loadEnvConfig(join(import.meta.dirname, '../..'), false, {
      info: () => {},
      error: (line: string) => process.stderr.write(`${line}\n`),
    })
    const { sessionSecrets, session, ...rest } = readSettings()
    const shown = {
      ...rest,
      sessionSecrets: sessionSecrets === null ? 'generated, in DATA_DIR/secret' : `${sessionSecrets.length} given`,
      sessionIdleSeconds: session.idleMs / 1000,
      sessionMaxSeconds: session.maxMs / 1000,
    }
    if (json) print(JSON.stringify(shown))
    else for (const [name, value] of Object.entries(shown)) print(`${name.padEnd(20)} ${value ?? '(default)'}`)
  })

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
