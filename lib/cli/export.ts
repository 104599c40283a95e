// `export`: writes all users as JSON lines, for another system or a spreadsheet.

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
    .summary('Write all users to a file of JSON lines')
    .description(
      'Write all users to a file of JSON lines, which `import jsonl` reads. A server may be running.\n' +
        'Second factors are listed, but not taken along. ' +
        'For a copy that can be restored, use `store backup`.',
    )
    .argument('<file>', 'the file to create; - for standard output')
    .option('--url <url>', `the store: ${locationForms} (default: the one that the settings name)`)
    .option(
      '--with-hashes',
      'include the password hashes; keep such a file secret, weak passwords can be cracked from it',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- export people.jsonl')
    .action(exportUsers)
}

async function exportUsers(file: string, { url, withHashes, json }: Options, command: Command): Promise<void> {
  const reader = await openStoreReader(locationFrom(command, '--url', url))
  const interruption = catchInterruption('No file was created.')
  const progress = createProgress('Exporting')
  let users = 0
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const { kind, record } of reader.dump()) {
      // The dump yields users first.
      if (kind !== 'user') return
      interruption.throwIfInterrupted()
      progress.step()
      users++
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
    print(json ? JSON.stringify({ people: users, file: path }) : `Exported ${counted(users, 'user')} to ${path}`)
  } finally {
    progress.done()
    await reader.close()
  }
}

/**
 * Uses the field names of the import, which leaves the second factors out: their secrets are not exported. Includes
 * deleted and suspended users.
 */
function lineOf(user: UserRecord, withHash: boolean): Record<string, unknown> {
  const { passwordHash, profile, createdAt, totp, recoveryCodes, passkeys } = user
  const iso = (at: number) => new Date(at).toISOString()
  return {
    id: user.id,
    username: user.username,
    ...(withHash && { passwordHash }),
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    role: user.role,
    status: user.deletedAt === null ? user.status : 'deleted',
    ...profile,
    createdAt: iso(createdAt),
    authenticatorAppSince: totp && iso(totp.createdAt),
    recoveryCodesLeft: recoveryCodes.length,
    passkeys: passkeys.map(({ name, createdAt }) => ({ name, createdAt: iso(createdAt) })),
  }
}
