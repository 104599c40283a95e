// `store check`: reads a whole store and reports what is wrong, without changing it.
import type { Command } from 'commander'
import { createAgreement } from '../stores/agreement.ts'
import { findOpenFiles } from '../stores/file-modes.ts'
import { kindNames, kinds } from '../stores/kinds.ts'
import { describeStoreLocation, type StoreLocation } from '../stores/location.ts'
import { openStoreReader } from '../stores/open.ts'
import { createTally, type Summary } from '../stores/summary.ts'
import { isRepairable, tellTextFault, textFaultsOf } from '../stores/texts.ts'
import { StoreError } from '../stores/types.ts'
import { counted, locationForms, locationFrom } from './store-location.ts'
import { catchInterruption, createProgress, print, refusal } from './terminal.ts'

interface Options {
  url?: string
  json?: boolean
}

interface Findings {
  /** Null when not everything could be read. */
  summary: Summary | null
  faults: string[]
}

const problemsShown = 50

export function addCheck(store: Command): void {
  store
    .command('check')
    .summary('Read the whole store and report problems')
    .description('Read the whole store and report problems. Changes nothing. A server may be running.')
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- store check --url sqlite:/srv/gatehouse/site.db')
    .action(check)
}

async function check({ url, json }: Options, command: Command): Promise<void> {
  const location = locationFrom(command, '--url', url)
  const store = describeStoreLocation(location)
  const { summary, faults } = await examine(location)
  if (json)
    print(JSON.stringify({ store, counts: summary?.counts ?? null, checksum: summary?.checksum ?? null, faults }))
  else {
    print(store)
    if (summary !== null) {
      for (const kind of kindNames.filter((name) => name !== 'audit')) {
        const count = summary.counts[kind].toLocaleString('en')
        print(`  ${kinds[kind].plural.padEnd(24)}${count.padStart(12)}`)
      }
      print(`  ${'checksum'.padEnd(24)}${summary.checksum}`)
    }
    for (const fault of faults.slice(0, problemsShown)) print(`Wrong: ${fault}`)
    if (faults.length > problemsShown) print(`and ${(faults.length - problemsShown).toLocaleString('en')} more`)
    if (faults.length === 0) print('No problems found.')
  }
  if (faults.length > 0) throw refusal(`${counted(faults.length, 'problem')} found.`)
}

async function examine(location: StoreLocation): Promise<Findings> {
  const faults: string[] = []
  const summary = await readAll(location, faults)
  return { summary, faults: [...faults, ...(await findOpenFiles(location))] }
}

async function readAll(location: StoreLocation, faults: string[]): Promise<Summary | null> {
  const interruption = catchInterruption('Nothing was changed.')
  const progress = createProgress('Checking')
  const agreement = createAgreement()
  const tally = createTally()
  try {
    const reader = await openStoreReader(location)
    try {
      for await (const record of reader.dump()) {
        interruption.throwIfInterrupted()
        progress.step()
        agreement.add(record)
        for (const found of textFaultsOf(record.record)) {
          const way = isRepairable(found) ? ' Repair it with `store repair`.' : ''
          faults.push(`${tellTextFault(record.kind, record.record.id, found)}${way}`)
        }
        tally.add(record)
      }
    } finally {
      await reader.close()
    }
    return tally.summary()
  } catch (cause) {
    // A missing or unreachable store is an error of the command, not a finding.
    if (!(cause instanceof StoreError) || cause.code !== 'store_damaged') throw cause
    faults.push(cause.message)
    return null
  } finally {
    progress.done()
    faults.push(...agreement.faults)
  }
}
