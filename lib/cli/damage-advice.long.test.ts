// Runs the commands that an error about a damaged store advises, until the site starts again.
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readOrCreateSecret } from '../secret.ts'
import { encodeBackup } from '../stores/backup-file.ts'
import { aMail, anEntry, aSession, aToken, aUser, recordsOf } from '../stores/contract/samples.ts'
import type { StoredRecord } from '../stores/types.ts'
import { runCommand } from './command-for-test.ts'
import {
  contentOf,
  fill,
  freshDir,
  freshPlace,
  type Kind,
  type Place,
  settingsFor,
  withStores,
} from './places-for-test.ts'

const records: StoredRecord[] = [
  { kind: 'user', record: aUser({ id: 'ada', username: 'ada' }) },
  { kind: 'session', record: aSession({ id: 'session', userId: 'ada' }) },
  { kind: 'token', record: aToken() },
  { kind: 'mail', record: aMail() },
]

async function usedPlace(kind: Kind): Promise<{ place: Place; backup: string }> {
  const place = await freshPlace(kind)
  await fill(place, records)
  await withStores(place, (stores) => stores.audit.append(anEntry()))
  const backup = join(await freshDir(), 'backup.jsonl')
  await writeFile(backup, encodeBackup(recordsOf(records), { at: '2026-01-31T02:00:00.000Z', gatehouse: '0' }))
  return { place, backup }
}

const damages: [how: string, damage: (path: string) => Promise<unknown>][] = [
  ['is cut short', async (path) => writeFile(path, (await readFile(path)).subarray(0, -9))],
  ['holds something else', (path) => writeFile(path, '[1, 2]\n')],
  ['is empty', (path) => writeFile(path, '')],
  ['is missing', (path) => rm(path)],
  ['is a folder', (path) => rm(path).then(() => mkdir(path))],
  ['is a link', (path) => rename(path, `${path}.away`).then(() => symlink(`${path}.away`, path))],
]

/** Null when the site starts. */
const startError = (place: Place) =>
  withStores(place, async () => null).catch((error: Error & { code: string }) => ({
    code: error.code,
    message: error.message,
  }))

/** The first commands in the message, without those for operators with a back-up. */
function shellCommands(message: string): string {
  const [, commands] = /(mkdir .*? && mv .*?)(?: && npm run| \(|\. )/.exec(message) ?? []
  if (commands === undefined) throw new Error(`It names no commands: ${message}`)
  return commands
}

async function follow(place: Place): Promise<number> {
  for (let step = 0; step < 5; step += 1) {
    const error = await startError(place)
    if (error === null) return step
    execFileSync('sh', ['-c', shellCommands(error.message)])
  }
  throw new Error('The advice does not lead to a start.')
}

const parts = ['sessions.json', 'tokens.json', 'audit.jsonl', 'audit-head.json', 'users.json']
describe.each(parts)('%s', (name) => {
  test.each(damages)(
    'that %s: the site starts after at most one step, and keeps the moved files',
    async (_, damage) => {
      const { place } = await usedPlace('json')
      const folder = join(place.dir, 'data')
      const secret = await readOrCreateSecret(folder)
      await damage(join(folder, name))
      const steps = await follow(place)
      expect(steps).toBeLessThanOrEqual(1)
      const left = ((await contentOf(place)) ?? []).map((text): StoredRecord => JSON.parse(text))
      if (name !== 'users.json') expect(left.filter(({ kind }) => kind === 'user')).toEqual([records[0]])
      if (steps > 0) expect(await readdir(join(folder, 'damaged'))).not.toEqual([])
      expect(await readOrCreateSecret(folder)).toBe(secret)
    },
  )
})

describe('a restore brings all users back for', () => {
  const cases: [string, Kind, (place: Place) => Promise<unknown>][] = [
    ['a damaged folder', 'json', ({ dir }) => writeFile(join(dir, 'data/users.json'), '{"version":1,"users":{')],
    ['a folder without its users.json', 'json', ({ dir }) => rm(join(dir, 'data/users.json'))],
    [
      'a damaged SQLite file',
      'sqlite',
      async ({ dir }) => {
        const path = join(dir, 'site.db')
        await writeFile(path, (await readFile(path)).fill(0x78, 4096))
        await writeFile(`${path}-shm`, '')
      },
    ],
    [
      'a log of SQLite without its file',
      'sqlite',
      async ({ dir }) => {
        await rename(join(dir, 'site.db'), join(dir, 'site.db-wal'))
      },
    ],
  ]
  test.each(cases)(
    '%s',
    async (_, kind, damage) => {
      const { place, backup } = await usedPlace(kind)
      await damage(place)
      const error = await startError(place)
      const restore = () => runCommand(['store', 'restore', backup], settingsFor(place))
      // The command reports the same error and advice as the start.
      const refused = await restore()
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expect(refused.stderr).toContain(error?.message)
      expect(refused.stderr).toContain('npm run cli -- store restore <file>')
      execFileSync('sh', ['-c', shellCommands(refused.stderr.replace(/^.*To restore a back-up: /s, ''))])
      expect(await restore()).toMatchObject({ code: 0 })
      expect(await startError(place)).toBeNull()
      expect(await contentOf(place)).toContain(JSON.stringify(records[0]))
    },
    120_000,
  )
})

test('creates a new secret after the unusable one was deleted or moved as advised', async () => {
  const dir = await freshDir()
  const path = join(dir, 'secret')
  for (const damage of [() => writeFile(path, ''), () => writeFile(path, 'short'), () => mkdir(path)]) {
    await damage()
    await expect(readOrCreateSecret(dir)).rejects.toThrow(/delete the file|Move it away/)
    await rm(path, { recursive: true })
    expect(await readOrCreateSecret(dir)).toHaveLength(43)
    expect((await stat(path)).isFile()).toBe(true)
    await rm(path)
  }
})

describe('a folder of a newer Gatehouse', () => {
  const later: [string, (folder: string) => Promise<unknown>][] = [
    ['a later version of a file', (folder) => edit(folder, 'tokens.json', '"version":1', '"version":2')],
    ['a later head of the trail', (folder) => edit(folder, 'audit-head.json', '"version":1', '"version":2')],
    ['an unknown field of a user', (folder) => edit(folder, 'users.json', '"username"', '"groups":[],"username"')],
    ['an unknown field of a profile', (folder) => edit(folder, 'users.json', '"fullName"', '"city":"","fullName"')],
    ['an unknown field of an entry', (folder) => edit(folder, 'audit.jsonl', '"event"', '"tenant":"","event"')],
    ['an unknown part', (folder) => edit(folder, 'sessions.json', '"version":1', '"version":1,"families":{}')],
    ['an unknown file', (folder) => writeFile(join(folder, 'credentials.json'), '{"version":1,"credentials":{\n}}\n')],
  ]
  test.each(later)('%s is reported as newer, not damaged', async (_, change) => {
    const { place } = await usedPlace('json')
    const folder = join(place.dir, 'data')
    await change(folder)
    const error = await startError(place)
    expect(error?.message).toMatch(
      / was made by a newer Gatehouse \(.*\)\. It was left untouched\. Run that version again\./,
    )
    expect(error?.message).not.toContain('cannot be used')
    expect(await follow(place)).toBe(1)
  })

  test('a copy of a current file is neither newer nor damaged', async () => {
    const { place } = await usedPlace('json')
    const folder = join(place.dir, 'data')
    for (const name of parts.filter((part) => part.endsWith('.json')))
      await writeFile(join(folder, `copy-of-${name}`), await readFile(join(folder, name)))
    await writeFile(join(folder, 'notes.json'), '{"version":1}')
    expect(await startError(place)).toBeNull()
  })
})

async function edit(folder: string, name: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, name), 'utf8')
  expect(text).toContain(from)
  await writeFile(join(folder, name), text.replace(from, to))
}
