// `npm run cli -- <command>`: the operator's command line. Exit codes: 0 success, 1 failure, 2 wrong usage.

import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import { isOwnError } from '../core/error-code.ts'
import { loadEnvFiles } from '../server/env-files.ts'
import { addAudit } from './audit.ts'
import { addDoctor } from './doctor.ts'
import { addExport } from './export.ts'
import { addImport } from './import.ts'
import { addMail } from './mail.ts'
import { addSession } from './session.ts'
import { addSettings } from './settings.ts'
import { addStore } from './store.ts'
import { say, withoutPasswords } from './terminal.ts'
import { addUser } from './user.ts'

const program = new Command('gatehouse')
  .description('The operator’s command line of Gatehouse')
  .usage('<command> [options]')
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(withoutPasswords(text)) })
  .showHelpAfterError('Run with --help for the commands.')
  .addHelpText('after', '\nExample:\n  npm run cli -- store check')

// Ignore a reader that stops early, such as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

addUser(program)
addImport(program)
addExport(program)
addDoctor(program)
addSession(program)
addAudit(program)
addStore(program)
addMail(program)
addSettings(program)

try {
  loadEnvFiles(say)
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    say(isOwnError(error) ? error.message : inspect(error))
    process.exitCode = 1
  }
}
