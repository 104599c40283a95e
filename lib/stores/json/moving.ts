// Dumps the store record by record, and collects the records of a source before they replace the store's own.

import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { isInMemory, kindNames, type MemoryKind, type RecordOf, storedRecordSchema } from '#lib/stores/kinds.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import type { AuditRecord, StoredRecord } from '#lib/stores/types.ts'

import { type AuditRecords, encodeHead, type WrittenAudit, writeAudit } from './audit.ts'
import type { PagedRecords } from './paged-records.ts'
import { type WrittenPictures, writePictures } from './pictures.ts'
import { encodeRecords, noRecords, type Records, repeatsIn } from './record-files.ts'
import type { NewContent, StoreFile } from './replacement.ts'
import { type EncodedEntry, encodeEntry } from './trail-file.ts'

/** The whole content of the folder. */
export type FolderRecords = Records & { audit: AuditRecords }

/** A snapshot for a dump: records that no operation modifies. Pictures and the trail are read on demand. */
export type Snapshot = { [Name in MemoryKind]: Iterable<RecordOf<Name>> } & {
  picture: AsyncIterable<RecordOf<'picture'>>
  audit: AsyncIterable<AuditRecord>
}

export function valuesOf(
  records: { [Name in MemoryKind]: { values(): Iterable<RecordOf<Name>> } },
): Omit<Snapshot, 'audit' | 'picture'> {
  const values = kindNames.filter(isInMemory).map((name) => [name, records[name].values()])
  return Object.fromEntries(values)
}

const recordsPerTurn = 500

/** Yields copies and lets the event loop turn between them. */
export async function* dump({ audit, picture, ...others }: Snapshot): AsyncGenerator<StoredRecord> {
  let given = 0
  for (const kind of kindNames.filter(isInMemory)) {
    for (const record of others[kind]) {
      if (++given % recordsPerTurn === 0) await nextTurn()
      yield structuredClone({ kind, record }) as StoredRecord
    }
  }
  for await (const record of picture) yield { kind: 'picture', record }
  for await (const record of audit) yield { kind: 'audit', record }
}

/** The future content of the store: in memory, except the pictures and the trail, which are beside the store's files. */
export type Gathered = FolderRecords & { writtenAudit: WrittenAudit; writtenPictures: WrittenPictures }

/** Throws when a record is invalid or does not agree with the others, and cleans up. */
export async function gather(source: AsyncIterable<StoredRecord>, folder: string): Promise<Gathered> {
  const records: Records = { ...noRecords('users.json'), ...noRecords('sessions.json'), ...noRecords('tokens.json') }

  const pictures = await writePictures(folder)
  const withPicture = new Set<string>()

  async function* trail(): AsyncGenerator<EncodedEntry> {
    let taken = 0
    let lastSeq = 0
    for await (const given of source) {
      if (++taken % recordsPerTurn === 0) await nextTurn()
      const { kind, record } = storedRecordSchema.parse(given)
      requireTexts(kind, record.id, record)
      if (kind === 'audit') {
        if (record.seq <= lastSeq) throw repeated(kind, record.id)
        lastSeq = record.seq
        yield encodeEntry(record)
        continue
      }
      if (kind === 'picture') {
        if (withPicture.has(record.id)) throw repeated(kind, record.id)
        withPicture.add(record.id)
        await pictures.add(record)
        continue
      }
      const isSession = kind === 'session' || kind === 'ended'
      const isThere = isSession
        ? records.session.has(record.id) || records.ended.has(record.id)
        : records[kind].has(record.id)
      if (isThere) throw repeated(kind, record.id)
      if (kind === 'session' && !records.user.has(record.userId))
        throw new Error(`The session ${record.id} is of nobody who came before it.`)
      const some = records[kind] as PagedRecords<typeof record>
      some.set(record)
    }
    const [repeat] = repeatsIn(records)
    if (repeat !== undefined) throw new Error(repeat)
  }

  try {
    const writtenAudit = await writeAudit(folder, trail())
    return { ...records, audit: writtenAudit.records, writtenAudit, writtenPictures: pictures }
  } catch (error) {
    await rm(pictures.path, { recursive: true, force: true })
    throw error
  }
}

function repeated(kind: string, id: string): Error {
  return new Error(`The id ${id} of a record of the kind "${kind}" came before.`)
}

export async function encodeFolder({
  writtenAudit,
  writtenPictures,
  ...records
}: Gathered): Promise<Record<StoreFile, NewContent>> {
  return {
    'users.json': await encodeRecords('users.json', records),
    'sessions.json': await encodeRecords('sessions.json', records),
    'tokens.json': await encodeRecords('tokens.json', records),
    'audit.jsonl': { movedFrom: writtenAudit.path },
    pictures: { movedFrom: writtenPictures.path },
    'audit-head.json': encodeHead(writtenAudit.records.head),
  }
}
