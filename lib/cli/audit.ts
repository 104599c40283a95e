// `audit verify`: checks the integrity of the audit trail.
import { type Command, InvalidArgumentError } from 'commander'
import { createTrailCheck } from '../core/audit/verify.ts'
import { openStoreReader } from '../stores/open.ts'
import type { AuditHead } from '../stores/types.ts'
import { counted, locationForms, locationFrom } from './store-location.ts'
import { createProgress, print, refusal } from './terminal.ts'

const problemsShown = 20

export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('Check the audit trail')
    .command('verify')
    .summary('Find removed, changed and reordered entries')
    .description(
      'Find removed, changed and reordered entries. Changes nothing. A server may be running.\n' +
        'Store the printed head on another machine: --head compares with it, which also finds a trail rewritten as a whole.',
    )
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option('--head <place:id>', 'a head that an earlier run printed', head)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- audit verify')
    .action(verify)
}

async function verify(options: { url?: string; head?: AuditHead; json?: boolean }, command: Command): Promise<void> {
  const reader = await openStoreReader(locationFrom(command, '--url', options.url))
  const progress = createProgress('Verifying')
  const check = createTrailCheck()
  try {
    // Read the head first: entries added during the check come after it.
    const noted = await reader.findAuditHead()
    for await (const { kind, record } of reader.dump()) {
      if (kind !== 'audit') continue
      progress.step()
      check.add(record)
    }
    progress.done()
    const { count, first, last, faults } = check.finish(noted, options.head)
    const [from, to] = [first, last].map((entry) => entry && new Date(entry.at).toISOString())
    const at = last && `${last.seq}:${last.id}`
    if (options.json) print(JSON.stringify({ entries: count, from, to, head: at, faults }))
    else {
      print(`${counted(count, 'entry').replace('entrys', 'entries')}${from ? `, from ${from} to ${to}` : ''}`)
      if (at !== null) print(`Head: ${at}`)
      for (const fault of faults.slice(0, problemsShown)) print(`Wrong: ${fault}`)
      if (faults.length > problemsShown) print(`and ${faults.length - problemsShown} more`)
      if (faults.length === 0) print('The audit trail is intact.')
    }
    if (faults.length > 0) throw refusal('The audit trail was changed after it was written.')
  } finally {
    progress.done()
    await reader.close()
  }
}

function head(text: string): AuditHead {
  const [, seq, id] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (seq !== undefined && id !== undefined) return { seq: Number(seq), id }
  throw new InvalidArgumentError('It must be a number, a colon and 64 hexadecimal digits.')
}
