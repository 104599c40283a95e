// `mail test`: sends one mail immediately, bypassing the queue.
import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { createSystemClock } from '../core/clock.ts'
import { newId } from '../core/crypto/random.ts'
import { parseEmail } from '../core/email-address.ts'
import { writeTestLetter } from '../core/mail/letter.ts'
import { createTransport, describeTransport } from '../core/mail/transport.ts'
import { wrongUsage } from './store-location.ts'
import { print } from './terminal.ts'

export function addMail(program: Command): void {
  program
    .command('mail')
    .description('Outgoing mail')
    .command('test')
    .argument('<address>', 'the recipient')
    .description('Send one mail now with the current settings, and show the result')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- mail test me@example.com')
    .action(sendTest)
}

async function sendTest(typed: string, { json }: { json?: boolean }, command: Command): Promise<void> {
  const address = parseEmail(typed) ?? wrongUsage(command, '<address> must be an e-mail address such as me@example.com')
  const settings = readSettings()
  const over = describeTransport(settings)
  let path: string | undefined
  const log = { info: (told: { path?: string }) => (path = told.path) }
  const transport = createTransport({ ...settings, log: log as never })
  try {
    const letter = writeTestLetter(address, settings.appOrigin)
    await transport.deliver({ ...letter, id: newId(), at: createSystemClock()() })
  } finally {
    transport.close()
  }
  const where = path ?? over
  print(json ? JSON.stringify({ to: address, over: where }) : `Sent to ${address}: ${where}`)
}
