// `import`: adds users of another system to a store, with their old password hashes.

import { createReadStream, existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { sealTotpKey } from '../auth/totp-key.ts'
import { readSettings } from '../config.ts'
import { createAudit, operator } from '../core/audit/audit.ts'
import { createSystemClock } from '../core/clock.ts'
import type { FirebaseProject } from '../core/crypto/old-hashes.ts'
import { newId } from '../core/crypto/random.ts'
import { errorCode } from '../core/error-code.ts'
import { replaceFile } from '../core/files/durable-file.ts'
import {
  type ImportOutcome,
  type ImportStore,
  importInto,
  importUsers,
  readUsers,
  rehearse,
} from '../features/import/import.ts'
import { type ImportContext, type ImportFormat, importFormats, type Rejection } from '../features/import/reading.ts'
import { readOrCreateSecret } from '../secret.ts'
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
    .summary('Import users of another system')
    .description(
      'Import users of another system with their passwords. Gatehouse replaces an old hash at the user’s first log-in.\n' +
        'Existing users stay unchanged, so you can run it again. docs/importing.md describes the formats.',
    )
    .addArgument(new Argument('<format>', 'format of the file').choices(importFormats))
    .argument('<file>', 'the export of the other system')
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option(
      '--rejected <file>',
      'file for rejected rows, with reasons and without hashes (default: <file>.rejected.csv)',
    )
    .option(
      '--firebase-config <file>',
      'the password hash parameters of the project, as the Firebase console shows them',
    )
    .option('--dry-run', 'show what would happen; a server may be running')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON, with the usernames generated from e-mail addresses')
    .addHelpText('after', '\nExample:\n  npm run cli -- import csv people.csv --dry-run')
    .action(importFile)
}

/** Each call reads the file from its start. */
type Read = (sealTotp: ImportContext['sealTotp']) => ReturnType<typeof readUsers>

/** A rehearsal stores nothing. */
const sealNothing = async () => ''

async function importFile(format: ImportFormat, file: string, options: Options, command: Command): Promise<void> {
  const location = locationFrom(command, '--url', options.url)
  const path = resolve(file)
  const rejectedPath = resolve(options.rejected ?? `${file}.rejected.csv`)
  if (await isSameFile(path, rejectedPath)) wrongUsage(command, '--rejected must not be the imported file')
  const { firebaseConfig } = options
  const firebase = firebaseConfig === undefined ? null : await readFirebaseProject(resolve(firebaseConfig), command)
  const context = { now: createSystemClock()(), newId, firebase }
  const read = (sealTotp: ImportContext['sealTotp']) => readUsers(format, chunksOf(path), { ...context, sealTotp })

  const outcome = options.dryRun
    ? await dryRun(read, location)
    : await importAll(read, location, { file, isAsked: !options.yes, command })
  if (outcome.rejected.length > 0) await writeRejected(rejectedPath, outcome.rejected)
  report(outcome, { isDryRun: options.dryRun === true, isJson: options.json === true, location, rejectedPath })
  const { imported, rejected } = outcome
  if (imported === 0 && !rejected.some(({ isThere }) => isThere)) process.exitCode = 1
}

async function dryRun(read: Read, location: StoreLocation): Promise<ImportOutcome> {
  if (isMissing(location)) return run('Reading', () => read(sealNothing), await rehearse(nothing()))
  const reader = await openStoreReader(location)
  try {
    return await run('Reading', () => read(sealNothing), await rehearse(reader.dump()))
  } finally {
    await reader.close()
  }
}

/** No store exists before the first start. The import creates it. */
function isMissing(location: StoreLocation): boolean {
  if (location.driver === 'postgres') return false
  return !existsSync(location.driver === 'json' ? join(location.dir, 'users.json') : location.path)
}

async function* nothing() {}

/** Reads the whole file first, so an unreadable file changes nothing. */
async function importAll(
  read: Read,
  location: StoreLocation,
  { file, isAsked, command }: { file: string; isAsked: boolean; command: Command },
): Promise<ImportOutcome> {
  const target = await openToReplace(location)
  try {
    const plan = await run('Reading', () => read(sealNothing), await rehearse(target.dump()))
    if (plan.imported === 0) return plan
    if (isAsked) await requireConsent(plan, `${file} into ${target.description}`, command)
    // Only a site with this secret can check the imported users' codes.
    const { sessionSecrets, dataDir } = readSettings()
    const secrets = sessionSecrets ?? (plan.withApp > 0 ? [await readOrCreateSecret(dataDir)] : [])
    const seal = (key: string, userId: string) => sealTotpKey(key, userId, secrets)
    const outcome = await run('Importing', () => read(seal), importInto(target.users))
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
  if (answer === null) wrongUsage(command, `${plans} Without a terminal, confirm with --yes`)
  if (!answer) throw refusal('Nothing was changed.')
}

async function run(doing: string, read: () => ReturnType<Read>, store: ImportStore): Promise<ImportOutcome> {
  const interruption = catchInterruption('Nothing was changed.')
  const progress = createProgress(doing)
  let done = 0
  try {
    return await importUsers(read(), store, (imported) => {
      done = imported
      progress.step()
      if (doing === 'Importing') interruption.consequence = importedSoFar(imported)
      interruption.throwIfInterrupted()
    })
  } catch (error) {
    // The message of an interruption already says this.
    if (doing === 'Importing' && errorCode(error) !== 'refused') say(`The import stopped early. ${importedSoFar(done)}`)
    throw error
  } finally {
    progress.done()
  }
}

function importedSoFar(imported: number): string {
  return `At least ${counted(imported, 'user')} were imported and stay. Run the command again for the others.`
}

interface ReportOptions {
  isDryRun: boolean
  isJson: boolean
  location: StoreLocation
  rejectedPath: string
}

function report(outcome: ImportOutcome, { isDryRun, isJson, location, rejectedPath }: ReportOptions): void {
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
    [counts.withApp, 'with their authenticator app, and without recovery codes until they make some'],
    [counts.withoutPassword, 'without a password: they choose one through “Forgotten password”'],
    [counts.unreachable, 'of those also without a verified e-mail address: they need an administrator’s reset'],
    [named.length, 'with usernames generated from their e-mail addresses, which --json lists'],
  ]
  for (const [count, what] of details) if (count > 0) print(`  ${count.toLocaleString('en')} ${what}`)
  if (there > 0) print(`Existing: ${counted(there, 'user')}, left unchanged`)
  if (rejected.length > there) print(`Rejected: ${counted(rejected.length - there, 'row')}`)
  if (rejected.length > 0) print(`Rows that were not imported, with reasons: ${rejectedPath}`)
  if (isDryRun) print('Nothing was changed.')
}

/** Escapes formulas: a spreadsheet would run them. */
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
  const message = `${path} cannot be read: ${messageOf(cause)}`
  return Object.assign(new Error(message, { cause }), { code: 'import_unreadable' })
}

/**
 * Reads the text of the Firebase console's dialog, or the same names in JSON. Never repeats a value: they are secret.
 */
async function readFirebaseProject(path: string, command: Command): Promise<FirebaseProject> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  const find = (name: string) =>
    new RegExp(`\\b${name}"?\\s*[:=]\\s*"?([A-Za-z0-9+/_-]+={0,2})`).exec(text)?.[1] ??
    wrongUsage(command, `--firebase-config must contain the project’s password hash parameters; ${name} is missing`)
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
