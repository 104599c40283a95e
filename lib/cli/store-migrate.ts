// `store migrate`: everything of one store into another.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { readSettings, type Settings } from '../config.ts'
import { copyInto, repaired, summaryOf } from '../stores/copy.ts'
import { describeStoreLocation, type StoreLocation } from '../stores/location.ts'
import { findHolder, openStoreReader } from '../stores/open.ts'
import { isSamePlace } from '../stores/same-place.ts'
import { type Summary, summarize } from '../stores/summary.ts'
import type { StoreReader, Stores } from '../stores/types.ts'
import {
  describeCounts,
  locationForms,
  locationFrom,
  openToReplace,
  sayRepaired,
  wrongUsage,
} from './store-location.ts'
import { catchInterruption, confirm, createProgress, print, refusal, say } from './terminal.ts'

interface Options {
  to: string
  from?: string
  replace?: boolean
  yes?: boolean
  json?: boolean
}

export function addMigrate(store: Command): void {
  store
    .command('migrate')
    .summary('Copy everything into another store')
    .description(
      'Copy everything into another store: people with their ids and passwords, sessions, and what else there is.\n' +
        'The source is never changed. The target is filled in one step: interrupted, it is as it was; run it again.',
    )
    .requiredOption('--to <url>', `where to: ${locationForms}`)
    .option('--from <url>', 'where from (default: the store that the settings name)')
    .option('--replace', 'replace what the target holds, after asking')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run cli -- store migrate --to sqlite:/srv/gatehouse/site.db' +
        '\n  npm run cli -- store migrate --from sqlite:/srv/gatehouse/site.db --to postgres://gatehouse@db.internal/gatehouse' +
        '\n\nA password can be left out of the address: PGPASSWORD and ~/.pgpass work as everywhere.',
    )
    .action(migrate)
}

async function migrate(options: Options, command: Command): Promise<void> {
  const settings = readSettings()
  const from = locationFrom(command, '--from', options.from)
  const to = locationFrom(command, '--to', options.to)
  if (await isSamePlace(from, to)) wrongUsage(command, '--from and --to are the same place')
  await requireAtRest(from)

  const source = await openStoreReader(from)
  let copied: Summary | null
  try {
    const target = await openToReplace(to)
    try {
      copied = (await isThereAlready(source, target, options, command)) ? null : await copy(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
  if (copied !== null) await verify(copied, from, to)
  const next = [storeSetting(to), secretSetting(settings, from, to)]
  if (options.json) {
    const places = { from: describeStoreLocation(from), to: describeStoreLocation(to) }
    const { counts = null, checksum = null } = copied ?? {}
    return print(JSON.stringify({ ...places, copied: copied !== null, counts, checksum, next }))
  }
  if (copied === null) print(`Already there: ${describeStoreLocation(to)} holds the same. Nothing was changed.`)
  else describeCopy(copied, from, to)
  for (const line of ['', 'For the server to use it:', ...next.map((step) => `  ${step}`)]) print(line)
}

/** What a server writes to its files while they are copied would be left behind; others can only be warned. */
async function requireAtRest(from: StoreLocation): Promise<void> {
  if (from.driver !== 'json') {
    say('Stop every server that uses the source first: what they write while it is copied would be left behind.')
    return
  }
  const holder = await findHolder(from)
  if (holder === null) return
  throw refusal(
    `${describeStoreLocation(from)} are in use by ${holder}. Stop that server first: what it writes while they are copied would be left behind.`,
  )
}

/** False when the target may be filled. Ends the command when it holds other people and nobody said to replace them. */
async function isThereAlready(
  source: StoreReader,
  target: Stores,
  { replace, yes }: Options,
  command: Command,
): Promise<boolean> {
  const present = await summarize(target.dump())
  if (present.counts.user === 0) return false
  if (present.checksum === (await summarize(repaired(source.dump(), () => {}))).checksum) return true

  const holds = `${target.description} holds ${describeCounts(present.counts)}, which are not those of the source`
  if (!replace) throw refusal(`${holds}. Name an empty store, or replace them with --replace.`)
  if (yes) return false
  const answer = await confirm(`${holds}. They will be gone.`)
  if (answer === null) wrongUsage(command, '--replace asks before it replaces; without a terminal add --yes')
  if (!answer) throw refusal('Nothing was changed.')
  return false
}

async function copy(source: StoreReader, target: Stores): Promise<Summary> {
  const interruption = catchInterruption(`${target.description} holds what it held before; run the command again.`)
  const progress = createProgress('Copying')
  try {
    return await copyInto(target, repaired(source.dump(), sayRepaired), () => {
      interruption.throwIfInterrupted()
      progress.step()
    })
  } finally {
    progress.done()
  }
}

/** Reads both again, each by a connection of its own: what counts is what is there, not what was handed over. */
async function verify(copied: Summary, from: StoreLocation, to: StoreLocation): Promise<void> {
  say('Verifying')
  const target = await summaryOf(to)
  const source = await summaryOf(from)
  if (source.checksum !== copied.checksum) {
    throw refusal(
      `The source changed while it was copied: it holds ${describeCounts(source.counts)}, and ${describeCounts(copied.counts)} were copied. Stop every server that uses it, then run the command again with --replace.`,
    )
  }
  if (target.checksum !== copied.checksum) {
    throw refusal(
      `The target is not what was copied: ${describeStoreLocation(to)} holds ${describeCounts(target.counts)}, and ${describeCounts(copied.counts)} were copied. Stop every server that uses it, then run the command again with --replace.`,
    )
  }
}

function describeCopy(copied: Summary, from: StoreLocation, to: StoreLocation): void {
  print(`Copied and verified: ${describeCounts(copied.counts)}.`)
  print(`From      ${describeStoreLocation(from)}, which is as it was`)
  print(`To        ${describeStoreLocation(to)}`)
  print(`Checksum  ${copied.checksum}`)
}

function storeSetting(to: StoreLocation): string {
  if (to.driver === 'json') return `Set DATA_DIR=${to.dir} and leave DATABASE_URL unset.`
  if (to.driver === 'sqlite') return `Set DATABASE_URL=sqlite:${to.path}`
  const url = new URL(to.url)
  url.password = ''
  for (const name of [...url.searchParams.keys()]) if (/password/i.test(name)) url.searchParams.delete(name)
  return `Set DATABASE_URL=${url.href} with its password.`
}

/** Cookies are sealed with it: with another one, everybody would have to log in again. */
function secretSetting({ sessionSecrets, dataDir }: Settings, from: StoreLocation, to: StoreLocation): string {
  const why = 'it seals the cookies of the sessions that were copied'
  if (sessionSecrets !== null) return `Leave SESSION_SECRET as it is: ${why}.`
  const folder = from.driver === 'json' ? from.dir : dataDir
  const present = join(folder, 'secret')
  if (!existsSync(present)) return `Set SESSION_SECRET to what the site has had until now: ${why}.`
  if (to.driver === 'json')
    return `Copy ${present} to ${join(to.dir, 'secret')}, or set SESSION_SECRET to its content: ${why}.`
  const place =
    folder === dataDir ? `Leave ${present} where it is (DATA_DIR). On another machine` : 'Unless DATA_DIR stays'
  return `${place} set SESSION_SECRET to ${folder === dataDir ? 'its content' : `the content of ${present}`}: ${why}.`
}
