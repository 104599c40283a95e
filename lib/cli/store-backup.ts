// `store backup`: writes the users of a store to a file for `store restore`.
import { lstatSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { createSystemClock } from '../core/clock.ts'
import { createFile, replaceFile } from '../core/files/durable-file.ts'
import { encodeBackup } from '../stores/backup-file.ts'
import { repaired } from '../stores/copy.ts'
import { messageOf } from '../stores/errors.ts'
import { describeStoreLocation, type StoreLocation } from '../stores/location.ts'
import { openStoreReader } from '../stores/open.ts'
import type { StoredRecord } from '../stores/types.ts'
import { counted, locationForms, locationFrom, sayRepaired } from './store-location.ts'
import { catchInterruption, createProgress, print, refusal } from './terminal.ts'

interface Options {
  url?: string
  replace?: boolean
  json?: boolean
}

export function addBackup(store: Command): void {
  store
    .command('backup')
    .summary('Write the users of a store to a file')
    .description(
      'Write the users of a store to a file. A server may be running.\n' +
        'Sessions and mailed codes are left out, so that a restore cannot revive them.',
    )
    .argument('<file>', 'the file to create; - for standard output')
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option('--replace', 'replace an existing file')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- store backup /backup/gatehouse-2026-01-31.jsonl')
    .action(backUp)
}

async function backUp(file: string, { url, replace, json }: Options, command: Command): Promise<void> {
  const location = locationFrom(command, '--url', url)
  const path = resolve(file)
  const isStandardOutput = file === '-'
  // Fail early. `createFile` detects a file created in the meantime.
  if (!isStandardOutput && !replace && lstatSync(path, { throwIfNoEntry: false })) throw taken(path)

  if (isPartOf(location, path)) throw refusal(`${path} belongs to the store itself. Name another file.`)

  const reader = await openStoreReader(location)
  const interruption = catchInterruption('No back-up was created.')
  const progress = createProgress('Backing up')
  let users = 0
  async function* counting(): AsyncGenerator<StoredRecord> {
    for await (const record of repaired(reader.dump(), sayRepaired)) {
      interruption.throwIfInterrupted()
      progress.step()
      if (record.kind === 'user') users++
      yield record
    }
  }
  const at = new Date(createSystemClock()()).toISOString()
  const content = encodeBackup(counting(), { at, gatehouse: ownVersion() })
  try {
    if (!(await write(isStandardOutput ? null : path, content, replace === true))) throw taken(path)
  } finally {
    progress.done()
    await reader.close()
  }
  if (isStandardOutput) return
  const store = describeStoreLocation(location)
  print(
    json ? JSON.stringify({ store, users, file: path }) : `Backed up ${counted(users, 'user')} of ${store} to ${path}`,
  )
}

function isPartOf(location: StoreLocation, path: string): boolean {
  if (location.driver === 'sqlite') return path === location.path || path.startsWith(`${location.path}-`)
  return location.driver === 'json' && dirname(path) === location.dir && !path.endsWith('.jsonl')
}

/** A null path is standard output. Returns false when the file exists by now. */
async function write(path: string | null, content: AsyncIterable<Uint8Array>, replace: boolean): Promise<boolean> {
  try {
    // The owner of the folder must not get every password hash with it.
    const ownership = { owner: 'process' } as const
    if (path !== null && !replace) return await createFile(path, content, ownership)
    if (path === null) await pipeline(content, process.stdout, { end: false })
    else await replaceFile(path, content, ownership)
    return true
  } catch (cause) {
    // Only file system errors; store errors have their own messages.
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    const message = `${path ?? 'Standard output'} cannot be written: ${messageOf(cause)}.`
    throw Object.assign(refusal(message), { cause })
  }
}

function taken(path: string): Error {
  return refusal(`${path} exists. Name another file, or replace it with --replace.`)
}

function ownVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}
