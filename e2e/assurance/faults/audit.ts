// Restarts a store in a new process after a fault and compares its content with what was written.
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { createTrailCheck } from '#lib/core/audit/verify.ts'
import { openStoreReader } from '#lib/stores/open.ts'
import type { StoredRecord } from '#lib/stores/types.ts'
import { parseLocation } from './location.ts'
import { createOperations } from './operations.ts'
import type { Stats } from './stats.ts'
import { type StartOptions, type StoreProcess, startStore } from './store-process.ts'
import type { Subject } from './subjects.ts'
import { nothingFound, type WriteRecord } from './write-record.ts'

/** Fails the test unless the content is correct. Returns the process, so that the next round can continue with it. */
export async function restartAndAudit(
  subject: Subject,
  written: WriteRecord,
  stats: Stats,
  options: StartOptions = {},
): Promise<StoreProcess> {
  const store = await startStore(subject.location, options)
  try {
    const records = await Array.fromAsync(store.stores.dump())
    const findings = written.compare(records)
    stats.round(written.takeCount(), findings)
    expect(findings).toEqual(nothingFound)
    await expectEndedSessionsRefused(store, records)
    await expectWholeTrail(store, records)
    if (subject.folder !== null) await expectTidyFolder(subject.folder)
    expect(await createOperations(store.stores, written).signUp(), 'a new write').toBe('done')
    await expectOnDisk(subject, store)
    return store
  } catch (cause) {
    await store.kill()
    throw cause
  }
}

/** Verifies the audit chain from the first entry to the last, including unacknowledged entries. */
async function expectWholeTrail({ stores }: StoreProcess, records: readonly StoredRecord[]): Promise<void> {
  const check = createTrailCheck()
  for (const { kind, record } of records) if (kind === 'audit') check.add({ ...record, address: '', addressSalt: '' })
  expect(check.finish(await stores.findAuditHead()).faults).toEqual([])
}

async function expectEndedSessionsRefused({ stores }: StoreProcess, records: readonly StoredRecord[]): Promise<void> {
  const ended = records.filter(({ kind }) => kind === 'ended').slice(-20)
  for (const { record } of ended) {
    const always = { activeAfter: 0, createdAfter: 0, latest: Number.MAX_SAFE_INTEGER, recentAfter: 0 }
    expect(await stores.sessions.touch(record.id, 1, always), 'an ended session').toBeNull()
    expect(await stores.sessions.findEndReason(record.id)).toBe('signed-out')
  }
}

/** A second process reads the same content beside this one. */
async function expectOnDisk(subject: Subject, { stores }: StoreProcess): Promise<void> {
  const reader = await openStoreReader(parseLocation(subject.location))
  try {
    const onDisk = await Array.fromAsync(reader.dump())
    expect(sorted(onDisk)).toEqual(sorted(await Array.fromAsync(stores.dump())))
  } finally {
    await reader.close()
  }
}

export function sorted(records: readonly StoredRecord[]): StoredRecord[] {
  const place = ({ kind, record }: StoredRecord) => `${kind} ${record.id}`
  return records.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
}

/** No temporary files remain, files parse, and other accounts cannot read them. */
export async function expectTidyFolder(folder: string): Promise<void> {
  const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8)
  expect(await modeOf(folder), folder).toBe('700')
  const entries = await readdir(folder, { withFileTypes: true })
  expect(entries.map(({ name }) => name).filter((name) => /tmp|replacement|journal/.test(name))).toEqual([])
  for (const entry of entries) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) {
      await expectTidyFolder(file)
      continue
    }
    expect(await modeOf(file), file).toBe('600')
    if (file.endsWith('.json')) JSON.parse(await readFile(file, 'utf8'))
  }
}
