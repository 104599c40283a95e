// `store restore`: replaces the content of a store with the users of a back-up.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { createAudit, operator } from '../core/audit/audit.ts'
import { createSystemClock } from '../core/clock.ts'
import { type Backup, readBackup, verifyBackup } from '../stores/backup-file.ts'
import { copyInto, repaired, summaryOf } from '../stores/copy.ts'
import type { StoreLocation } from '../stores/location.ts'
import { summarize } from '../stores/summary.ts'
import type { StoredRecord, Stores } from '../stores/types.ts'
import {
  counted,
  describeCounts,
  locationForms,
  locationFrom,
  openToReplace,
  sayRepaired,
  wrongUsage,
} from './store-location.ts'
import { catchInterruption, confirm, createProgress, print, refusal, say } from './terminal.ts'

interface Options {
  url?: string
  yes?: boolean
  json?: boolean
}

export function addRestore(store: Command): void {
  store
    .command('restore')
    .summary('Replace the content of a store with the users of a back-up')
    .description(
      'Replace the content of a store with the users of a back-up. All users have to log in again.\n' +
        'A store that has an audit trail keeps it and ignores the one in the file.\n' +
        'The whole file is verified first. The store is filled in one transaction: after an interruption it is unchanged.',
    )
    .argument('<file>', 'a file written by `store backup`')
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option('--yes', 'do not ask before replacing users in the store')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- store restore /backup/gatehouse-2026-01-31.jsonl')
    .action(restore)
}

async function restore(file: string, { url, yes, json }: Options, command: Command): Promise<void> {
  const location = locationFrom(command, '--url', url)
  const path = resolve(file)
  const backup = await verifyBackup(path)
  if (location.driver !== 'json') {
    say('Stop every server that uses the store first. A server that keeps running logs all users out.')
  }
  const target = await openToReplace(location)
  let description: string
  let written: string
  try {
    description = target.description
    if (!yes) await requireConsent(target, backup, command)
    const interruption = catchInterruption(`${description} is unchanged.`)
    const progress = createProgress('Restoring')
    try {
      const records = withTrailOf(target, repaired(readBackup(path, backup), sayRepaired))
      const summary = await copyInto(target, records, () => {
        interruption.throwIfInterrupted()
        progress.step()
      })
      written = summary.checksum
    } finally {
      progress.done()
    }
  } finally {
    await target.close()
  }
  if ((await summaryOf(location)).checksum !== written) {
    throw refusal(
      `${description} differs from what was restored. Stop every server that uses it, then run the command again.`,
    )
  }
  await recordRestore(location, backup.at)
  if (json) return print(JSON.stringify({ store: description, users: backup.users, madeAt: backup.at }))
  print(`Restored ${counted(backup.users, 'user')} from the back-up of ${backup.at} to ${description}`)
  print('All sessions have ended and mailed codes are void: all users have to log in again.')
}

/** A restore does not undo the store's own audit trail. An empty trail takes that of the back-up. */
async function* withTrailOf(target: Stores, records: AsyncIterable<StoredRecord>): AsyncGenerator<StoredRecord> {
  const hasTrail = (await target.audit.findFirst(0)) !== null
  for await (const stored of records) if (stored.kind !== 'audit' || !hasTrail) yield stored
  if (hasTrail) for await (const stored of target.dump()) if (stored.kind === 'audit') yield stored
}

async function recordRestore(location: StoreLocation, at: string): Promise<void> {
  const stores = await openToReplace(location)
  try {
    const audit = createAudit({ store: stores.audit, clock: createSystemClock() })
    await audit.record({ event: 'store.restored', actorId: operator, detail: { backup: at } })
  } finally {
    await stores.close()
  }
}

async function requireConsent(target: Stores, { at, users }: Backup, command: Command): Promise<void> {
  const { counts } = await summarize(target.dump())
  if (counts.user === 0) return
  const holds = `${target.description} holds ${describeCounts(counts)}`
  const answer = await confirm(`${holds}. They will be replaced with ${counted(users, 'user')} of ${at}.`)
  if (answer === null) wrongUsage(command, `${holds}; without a terminal, confirm with --yes`)
  if (!answer) throw refusal('Nothing was changed.')
}
