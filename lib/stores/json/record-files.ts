// The files whose records are all in memory: the kinds of each, reading and encoding.

import { createRepeats } from '#lib/stores/agreement.ts'
import { declarationOf, kinds, kindsIn, type MemoryKind, type RecordFile, type RecordOf } from '#lib/stores/kinds.ts'
import { lockoutsIn, olderUserSchema } from '#lib/stores/older-users.ts'
import type { StoredRecord } from '#lib/stores/types.ts'

import { damaged } from './damage.ts'
import { encodeSections, loadSections, type Section, type StoredFile } from './document.ts'
import { PagedRecords } from './paged-records.ts'

export type Records = { [Name in MemoryKind]: PagedRecords<RecordOf<Name>> }
type RecordsIn<File extends RecordFile> = Pick<Records, ReturnType<typeof kindsIn<File>>[number]>
type AnyRecords = Record<string, PagedRecords<{ id: string }>>

function sectionOf(name: MemoryKind): Section<{ id: string }> {
  const schema = (name === 'user' ? olderUserSchema : declarationOf(name).schema) as Section<{ id: string }>['schema']
  // The id is the key. The first version repeated it in a user, and the file format stays.
  return { schema, inFile: name === 'user' ? (user) => user : ({ id: _, ...rest }) => rest }
}

export function noRecords<File extends RecordFile>(file: File): RecordsIn<File> {
  const made = kindsIn(file).map((name) => [name, new PagedRecords(sectionOf(name).inFile)])
  return Object.fromEntries(made)
}

/** Throws `store_damaged` for a file with an invalid record or with two records that share a unique key. */
export async function loadRecords<File extends RecordFile>(file: StoredFile, name: File): Promise<RecordsIn<File>> {
  const names = kindsIn(name)
  const partOf = (kind: MemoryKind) => declarationOf(kind).part
  // Files of earlier versions lack parts that were added later.
  const later = Object.fromEntries(names.slice(1).map((kind) => [partOf(kind), {}]))
  const sections = Object.fromEntries(names.map((kind) => [partOf(kind), sectionOf(kind)]))
  const loaded = await loadSections({ ...file, value: { ...later, ...file.value } }, sections)
  const records: AnyRecords = Object.fromEntries(names.map((kind) => [kind, loaded[partOf(kind)] ?? missing(kind)]))
  const [fault] = repeatsIn(records)
  if (fault !== undefined) throw damaged(file.path, fault.charAt(0).toLowerCase() + fault.slice(1))
  return records as unknown as RecordsIn<File>
}

/**
 * Version 0.1.0 has no such file. Earlier versions have no lockouts in it, so those of users.json are added; `isOlder`
 * says whether there were any.
 */
export async function loadTokens(file: StoredFile | null, usersFile: StoredFile | null) {
  const records = file === null ? noRecords('tokens.json') : await loadRecords(file, 'tokens.json')
  const { users = {} } = file?.value[kinds.lockout.part] ? {} : (usersFile?.value ?? {})
  const older = Object.entries(users as object).flatMap(([id, user]) => lockoutsIn({ id, ...user }))
  for (const lockout of older) records.lockout.set(lockout)
  return { records, isOlder: older.length > 0 }
}

/** Describes each record that shares a unique key with another. */
export function* repeatsIn(records: Partial<Records> | AnyRecords): Generator<string> {
  const repeats = createRepeats()
  for (const [kind, some] of Object.entries(records)) {
    for (const record of some.values()) yield* repeats.add({ kind, record } as StoredRecord)
  }
}

export function encodeRecords<File extends RecordFile>(file: File, records: RecordsIn<File>): Promise<Buffer[]> {
  const all: AnyRecords = records as unknown as AnyRecords
  return encodeSections(
    Object.fromEntries(kindsIn(file).map((kind) => [declarationOf(kind).part, all[kind] ?? missing(kind)])),
  )
}

function missing(kind: MemoryKind): never {
  throw new TypeError(`The records of the kind ${kind} are missing.`)
}
