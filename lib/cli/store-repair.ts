// `store repair`: removes text that an older version accepted and stores now reject.
import type { Command } from 'commander'
import { isRepairable, repairTexts, type TextFault, tellTextFault, textFaultsOf } from '../stores/texts.ts'
import type { StoredRecord } from '../stores/types.ts'
import { locationForms, locationFrom, openToReplace } from './store-location.ts'
import { print, refusal, say } from './terminal.ts'

export function addRepair(store: Command): void {
  store
    .command('repair')
    .summary('Remove invalid text from records')
    .description(
      'Remove from names, bios, reasons and names of passkeys what `store check` reports: NUL, halves of characters, text that is too long.\n' +
        'Reports each change. Ends sessions with an invalid user agent. Make a back-up first.',
    )
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .addHelpText('after', '\nExample:\n  npm run cli -- store repair --url json:./data')
    .action(repair)
}

async function repair({ url }: { url?: string }, command: Command): Promise<void> {
  const stores = await openToReplace(locationFrom(command, '--url', url))
  let left = 0
  try {
    const faulty: StoredRecord[] = []
    for await (const stored of stores.dump()) if (textFaultsOf(stored.record).length > 0) faulty.push(stored)
    for (const before of faulty) {
      const { kind, record } = repairTexts(before).stored
      const tell = (found: TextFault) => tellTextFault(kind, record.id, found)
      if (kind === 'user') {
        const { profile, suspendReason, locale, timeZone, passkeys } = record
        const change = { profile, suspendReason, locale, timeZone, passkeys }
        // A running server may have removed a passkey since, which must not come back.
        const unchanged = { passkeys: before.kind === 'user' ? before.record.passkeys : [] }
        const changed = await stores.users.update(record.id, change, unchanged)
        if (changed === null) throw refusal(`The user ${record.id} changed meanwhile. Run the command again.`)
      } else if (kind === 'session') await stores.sessions.end([record.id], 'ended', record.lastActivityAt)
      for (const found of textFaultsOf(before.record)) {
        const isDone = kind === 'session' || (kind === 'user' && isRepairable(found))
        if (!isDone) left += 1
        say(`${isDone ? 'Repaired' : 'Not repaired'}: ${tell(found)}`)
      }
    }
    if (faulty.length === 0) print('Nothing to repair.')
  } finally {
    await stores.close()
  }
  if (left > 0)
    throw refusal('The text that was not repaired is part of a key: remove that record, or restore a back-up.')
}
