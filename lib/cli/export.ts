// `export`: everybody, one JSON object a line, for another system or a spreadsheet's tool.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { createFile } from '../core/files/durable-file.ts'
import { openStoreReader } from '../stores/open.ts'
import type { UserRecord } from '../stores/types.ts'
import { counted, locationForms, locationFrom } from './store-location.ts'
import { catchInterruption, createProgress, print, refusal } from './terminal.ts'

interface Options {
  url?: string
  withHashes?: boolean
  json?: boolean
}

export function addExport(program: Command): void {
  program
    .command('export')
    .summary('Write people into a file of JSON lines')
    .description(
      'Write people into a file of JSON lines, which `import jsonl` takes. Works beside a running server.\n' +
        'For a copy that can be restored, use `store backup`.',
    )
    .argument('<file>', 'the file to make; - for standard output')
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option('--with-hashes', 'with the password hashes, which are as good as a first step to the passwords')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- export people.jsonl')
    .action(exportPeople)
}

async function exportPeople(file: string, { url, withHashes, json }: Options, command: Command): Promise<void> {
  const reader = await openStoreReader(locationFrom(command, '--url', url))
  const interruption = catchInterruption('No file was made.')
  const progress = createProgress('Exporting')
  let people = 0
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const { kind, record } of reader.dump()) {
      // People come first.
      if (kind !== 'user') return
      interruption.throwIfInterrupted()
      progress.step()
      people++
      yield Buffer.from(`${JSON.stringify(lineOf(record, withHashes === true))}\n`)
    }
  }
  try {
    if (file === '-') {
      for await (const line of lines()) process.stdout.write(line)
      return
    }
    const path = resolve(file)
    if (!(await createFile(path, lines(), { owner: 'process' }))) throw refusal(`${path} exists. Name another file.`)
    print(
      json
        ? JSON.stringify({ people, file: path })
        : `Exported ${counted(people, 'person').replace('persons', 'people')} to ${path}`,
    )
  } finally {
    progress.done()
    await reader.close()
  }
}

/** By the names that an import knows; who is deleted or suspended is told as well. */
function lineOf({ passwordHash, profile, createdAt, ...user }: UserRecord, withHash: boolean): Record<string, unknown> {
  return {
    id: user.id,
    username: user.username,
    ...(withHash && { passwordHash }),
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    role: user.role,
    status: user.deletedAt === null ? user.status : 'deleted',
    ...profile,
    createdAt: new Date(createdAt).toISOString(),
  }
}
