// `import`: people of another system, with their old password hashes, into a store.
import { createReadStream, existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { createAudit, operator } from '../core/audit/audit.ts'
import { createSystemClock } from '../core/clock.ts'
import type { FirebaseProject } from '../core/crypto/old-hashes.ts'
import { newId } from '../core/crypto/random.ts'
import { replaceFile } from '../core/files/durable-file.ts'
import {
  type ImportOutcome,
  type ImportStore,
  importInto,
  importPeople,
  readPeople,
  rehearse,
} from '../features/import/import.ts'
import { type ImportFormat, importFormats, type Rejection } from '../features/import/reading.ts'
import { messageOf } from '../stores/errors.ts'
import { describeStoreLocation, type StoreLocation } from '../stores/location.ts'
import { openStoreReader } from '../stores/open.ts'
import { counted, locationForms, locationFrom, openToReplace, wrongUsage } from './store-location.ts'
import { catchInterruption, confirm, createProgress, print, refusal, say } from './terminal.ts'

interface Options {
  url?: string
  rejected?: string
  firebaseConfig?: string
  dryRun?: boolean
  yes?: boolean
  json?: boolean
}

export function addImport(program: Command): void {
  program
    .command('import')
    .summary('Take over people of another system')
    .description(
      'Take over people of another system, with their passwords: a hash of the old system lets its person in once and\n' +
        'is replaced then. Nobody who is there is changed, so it can be run again. docs/importing.md has the formats.',
    )
    .addArgument(new Argument('<format>', 'what the file is').choices(importFormats))
    .argument('<file>', 'what the other system exported')
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option(
      '--rejected <file>',
      'where rejected rows go, with reasons and without hashes (default: <file>.rejected.csv)',
    )
    .option(
      '--firebase-config <file>',
      'the password hash parameters of the project, as the Firebase console shows them',
    )
    .option('--dry-run', 'say what would happen, also beside a running server')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON, with the usernames that were made from e-mail addresses')
    .addHelpText('after', '\nExample:\n  npm run cli -- import csv people.csv --dry-run')
    .action(importFile)
}

/** One reading of the file. Each begins anew. */
type Read = () => ReturnType<typeof readPeople>

async function importFile(format: ImportFormat, file: string, options: Options, command: Command): Promise<void> {
  const location = locationFrom(command, '--url', options.url)
  const path = resolve(file)
  const rejectedPath = resolve(options.rejected ?? `${file}.rejected.csv`)
  if (await isSameFile(path, rejectedPath)) wrongUsage(command, '--rejected must be another file than the imported one')
  const { firebaseConfig } = options
  const firebase = firebaseConfig === undefined ? null : await readFirebaseProject(resolve(firebaseConfig), command)
  const context = { now: createSystemClock()(), newId, firebase }
  const read = () => readPeople(format, chunksOf(path), context)

  const outcome = options.dryRun
    ? await tryOut(read, location)
    : await importAll(read, location, { file, isAsked: !options.yes, command })
  if (outcome.rejected.length > 0) await writeRejected(rejectedPath, outcome.rejected)
  report(outcome, { isDryRun: options.dryRun === true, isJson: options.json === true, location, rejectedPath })
  const { imported, rejected } = outcome
  if (imported === 0 && !rejected.some(({ isThere }) => isThere)) process.exitCode = 1
}

async function tryOut(read: Read, location: StoreLocation): Promise<ImportOutcome> {
  if (isMissing(location)) return run('Reading', read, await rehearse(nothing()))
  const reader = await openStoreReader(location)
  try {
    return await run('Reading', read, await rehearse(reader.dump()))
  } finally {
    await reader.close()
  }
}

/** Before the first start there is nothing to read, and the import makes it. */
function isMissing(location: StoreLocation): boolean {
  if (location.driver === 'postgres') return false
  return !existsSync(location.driver === 'json' ? join(location.dir, 'users.json') : location.path)
}

async function* nothing() {}

/** Reads all of the file first: one that cannot be read to its end changes nothing. */
async function importAll(
  read: Read,
  location: StoreLocation,
  { file, isAsked, command }: { file: string; isAsked: boolean; command: Command },
): Promise<ImportOutcome> {
  const target = await openToReplace(location)
  try {
    const plan = await run('Reading', read, await rehearse(target.dump()))
    if (plan.imported === 0) return plan
    if (isAsked) await requireConsent(plan, `${file} into ${target.description}`, command)
    const outcome = await run('Importing', read, importInto(target.users))
    const audit = createAudit({ store: target.audit, clock: createSystemClock() })
    await audit.record({ event: 'people.imported', actorId: operator, detail: { count: outcome.imported } })
    return outcome
  } finally {
    await target.close()
  }
}

async function requireConsent(plan: ImportOutcome, what: string, command: Command): Promise<void> {
  const admins = plan.admins > 0 ? `, ${plan.admins.toLocaleString('en')} of them as admins` : ''
  const rejected = plan.rejected.length > 0 ? ` ${counted(plan.rejected.length, 'row')} will be rejected.` : ''
  const plans = `${counted(plan.imported, 'user')} will be imported from ${what}${admins}.${rejected}`
  const answer = await confirm(plans)
  if (answer === null) wrongUsage(command, `${plans} Without a terminal, --yes does it`)
  if (!answer) throw refusal('Nothing was changed.')
}

async function run(doing: string, read: Read, store: ImportStore): Promise<ImportOutcome> {
  const interruption = catchInterruption('Nothing was changed.')
  const progress = createProgress(doing)
  let done = 0
  try {
    return await importPeople(read(), store, (imported) => {
      done = imported
      progress.step()
      if (doing === 'Importing') interruption.consequence = thoseWhoStay(imported)
      interruption.throwIfInterrupted()
    })
  } catch (error) {
    // An interruption says so itself.
    const isInterrupted = error instanceof Error && 'code' in error && error.code === 'refused'
    if (doing === 'Importing' && !isInterrupted) say(`It did not come to its end. ${thoseWhoStay(done)}`)
    throw error
  } finally {
    progress.done()
  }
}

function thoseWhoStay(imported: number): string {
  return `At least ${counted(imported, 'user')} were imported and stay; run the command again for the others.`
}

interface RequestInfo {
  isDryRun: boolean
  isJson: boolean
  location: StoreLocation
  rejectedPath: string
}

function report(outcome: ImportOutcome, { isDryRun, isJson, location, rejectedPath }: RequestInfo): void {
  const { rejected, notes, named, ...counts } = outcome
  const there = rejected.filter(({ isThere }) => isThere).length
  for (const note of notes) say(note)
  if (isJson) {
    const rejectedFile = rejected.length > 0 ? rejectedPath : null
    const all = { ...counts, thereAlready: there, rejected: rejected.length - there }
    print(JSON.stringify({ dryRun: isDryRun, ...all, rejectedFile, usernames: named, notes }))
    return
  }
  const would = isDryRun ? 'Would be imported' : 'Imported'
  print(`${would}: ${counted(counts.imported, 'user')} into ${describeStoreLocation(location)}`)
  const details: [number, string][] = [
    [counts.admins, 'as admins'],
    [counts.suspended, 'suspended'],
    [counts.withoutPassword, 'without a password: they choose one by “Forgotten password”'],
    [counts.unreachable, 'of those without a verified address too: they cannot get in by themselves'],
    [named.length, 'with usernames made from their e-mail addresses, which --json lists'],
  ]
  for (const [count, what] of details) if (count > 0) print(`  ${count.toLocaleString('en')} ${what}`)
  if (there > 0) print(`There already: ${counted(there, 'user')}, left as they are`)
  if (rejected.length > there) print(`Rejected: ${counted(rejected.length - there, 'row')}`)
  if (rejected.length > 0) print(`All that were not imported, with reasons: ${rejectedPath}`)
  if (isDryRun) print('Nothing was changed.')
}

/** Opened in a spreadsheet, nothing in it is taken for a formula. */
async function writeRejected(path: string, rejected: readonly Rejection[]): Promise<void> {
  const columns = ['line', 'username', 'email', 'reason']
  const text = stringify([...rejected], { header: true, columns, escape_formulas: true })
  await replaceFile(path, [Buffer.from(text)], { owner: 'process' })
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): Error {
  const fault = `${path} cannot be read: ${messageOf(cause)}`
  return Object.assign(new Error(fault, { cause }), { code: 'import_unreadable' })
}

/** The text of the console's dialogue, or the same names in JSON. Never repeats a value: they are secret. */
async function readFirebaseProject(path: string, command: Command): Promise<FirebaseProject> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  const find = (name: string) =>
    new RegExp(`\\b${name}"?\\s*[:=]\\s*"?([A-Za-z0-9+/_-]+={0,2})`).exec(text)?.[1] ??
    wrongUsage(command, `--firebase-config must be the password hash parameters of the project; ${name} is missing`)
  if (find('algorithm') !== 'SCRYPT') wrongUsage(command, '--firebase-config must have the algorithm SCRYPT')
  return {
    signerKey: find('base64_signer_key'),
    saltSeparator: find('base64_salt_separator'),
    rounds: Number(find('rounds')),
    memoryCost: Number(find('mem_cost')),
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const real = (path: string) => realpath(path).catch(() => path)
  return (await real(one)) === (await real(other))
}
