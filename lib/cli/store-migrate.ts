// `store migrate`: copies one store into another.
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
    .summary('Copy all records to another store')
    .description(
      'Copy all records to another store: users with their ids and passwords, sessions, and everything else.\n' +
        'The source never changes. The target is filled in one transaction: after an interruption it is unchanged, and you can run it again.',
    )
    .requiredOption('--to <url>', `the target: ${locationForms}`)
    .option('--from <url>', 'the source (default: the store that the settings name)')
    .option('--replace', 'replace the content of the target, after confirmation')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run cli -- store migrate --to sqlite:/srv/gatehouse/site.db' +
        '\n  npm run cli -- store migrate --from sqlite:/srv/gatehouse/site.db --to postgres://gatehouse@db.internal/gatehouse' +
        '\n\nThe URL needs no password: PGPASSWORD and ~/.pgpass work too.',
    )
    .action(migrate)
}

async function migrate(options: Options, command: Command): Promise<void> {
  const settings = readSettings()
  const from = locationFrom(command, '--from', options.from)
  const to = locationFrom(command, '--to', options.to)
  if (await isSamePlace(from, to)) wrongUsage(command, '--from and --to name the same store')
  await requireNoWriter(from)

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
  if (copied === null) print(`${describeStoreLocation(to)} already holds the same records. Nothing was changed.`)
  else describeCopy(copied, from, to)
  for (const line of ['', 'Configure the server to use it:', ...next.map((step) => `  ${step}`)]) print(line)
}

/**
 * Writes during the copy would be lost. A server's use of a JSON folder is detectable; for the others there is only a
 * warning.
 */
async function requireNoWriter(from: StoreLocation): Promise<void> {
  if (from.driver !== 'json') {
    say('Stop every server that uses the source first: the copy misses what they write meanwhile.')
    return
  }
  const holder = await findHolder(from)
  if (holder === null) return
  throw refusal(
    `${describeStoreLocation(from)} are in use by ${holder}. Stop that server first: the copy misses what it writes meanwhile.`,
  )
}

/** False when the target may be filled. Throws when it holds other records and --replace is missing. */
async function isThereAlready(
  source: StoreReader,
  target: Stores,
  { replace, yes }: Options,
  command: Command,
): Promise<boolean> {
  const present = await summarize(target.dump())
  if (present.counts.user === 0) return false
  if (present.checksum === (await summarize(repaired(source.dump(), () => {}))).checksum) return true

  const holds = `${target.description} holds ${describeCounts(present.counts)}, which differ from the source`
  if (!replace) throw refusal(`${holds}. Name an empty store, or replace them with --replace.`)
  if (yes) return false
  const answer = await confirm(`${holds}. They will be deleted.`)
  if (answer === null) wrongUsage(command, '--replace asks for confirmation; without a terminal, add --yes')
  if (!answer) throw refusal('Nothing was changed.')
  return false
}

async function copy(source: StoreReader, target: Stores): Promise<Summary> {
  const interruption = catchInterruption(`${target.description} is unchanged. Run the command again.`)
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

/** Reads both stores again through new connections, to compare what they really hold. */
async function verify(copied: Summary, from: StoreLocation, to: StoreLocation): Promise<void> {
  say('Verifying')
  const target = await summaryOf(to)
  const source = await summaryOf(from)
  if (source.checksum !== copied.checksum) {
    throw refusal(
      `The source changed during the copy: it holds ${describeCounts(source.counts)}, and ${describeCounts(copied.counts)} were copied. Stop every server that uses it, then run the command again with --replace.`,
    )
  }
  if (target.checksum !== copied.checksum) {
    throw refusal(
      `The target differs from the copy: ${describeStoreLocation(to)} holds ${describeCounts(target.counts)}, and ${describeCounts(copied.counts)} were copied. Stop every server that uses it, then run the command again with --replace.`,
    )
  }
}

function describeCopy(copied: Summary, from: StoreLocation, to: StoreLocation): void {
  print(`Copied and verified: ${describeCounts(copied.counts)}.`)
  print(`From      ${describeStoreLocation(from)}, unchanged`)
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

/** The secret seals the cookies: with another one, all users have to log in again. */
function secretSetting({ sessionSecrets, dataDir }: Settings, from: StoreLocation, to: StoreLocation): string {
  const why = 'it seals the cookies of the copied sessions'
  if (sessionSecrets !== null) return `Leave SESSION_SECRET as it is: ${why}.`
  const folder = from.driver === 'json' ? from.dir : dataDir
  const present = join(folder, 'secret')
  if (!existsSync(present)) return `Set SESSION_SECRET to the site’s present secret: ${why}.`
  if (to.driver === 'json')
    return `Copy ${present} to ${join(to.dir, 'secret')}, or set SESSION_SECRET to its content: ${why}.`
  const place =
    folder === dataDir ? `Leave ${present} where it is (DATA_DIR). On another machine` : 'If DATA_DIR changes,'
  return `${place} set SESSION_SECRET to ${folder === dataDir ? 'its content' : `the content of ${present}`}: ${why}.`
}
