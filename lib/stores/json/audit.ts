// The audit trail of the JSON driver: audit.jsonl with one entry a line, and an index in memory. audit-head.json
// repeats the last place a few seconds later, so that a truncated trail is noticed.

import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { appendToFile, writeTemporary } from '#lib/core/files/durable-file.ts'
import { chained, noHead } from '#lib/stores/audit-chain.ts'
import { auditSchema } from '#lib/stores/kinds.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import type { AuditHead, AuditQuery, AuditRecord, AuditStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { damaged, madeByNewer } from './damage.ts'
import { readStoredFile, type StoredFile, unknownFields } from './document.ts'
import { readCurrentFile } from './replacement.ts'
import { type EncodedEntry, encodeEntry, fates, openTrail, readLastEntry, scanTrail, TrailFile } from './trail-file.ts'
import { TrailIndex } from './trail-index.ts'

export interface AuditRecords {
  file: TrailFile
  /** The later of the last entry and the stored head. */
  head: AuditHead
}

const headSchema = z.strictObject({ version: z.literal(1), seq: z.int().min(0), id: z.string() })

/** Reads the trail entry by entry. Null when there is none. */
export async function loadAudit(
  folder: string,
): Promise<{ records: AuditRecords; size: number; last: AuditHead } | null> {
  const head = await readHead(folder)
  const found = await readCurrentFile(folder, 'audit.jsonl', openTrail)
  if (found === null) return null
  const { handle, size } = found
  try {
    const index = new TrailIndex()
    let last = noHead
    for await (const entries of scanTrail(found.path, handle, size)) {
      for (const { record, lineBytes } of entries) index.add(record, lineBytes)
      last = entries.at(-1)?.record ?? last
    }
    const file = new TrailFile(join(folder, 'audit.jsonl'), handle, index)
    return { records: { file, head: laterOf(last, head) }, size, last }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A trail on this file, which exists and is empty. */
export async function openEmptyAudit(folder: string): Promise<AuditRecords> {
  const path = join(folder, 'audit.jsonl')
  const head = (await readHead(folder)) ?? noHead
  return { file: new TrailFile(path, await open(path, constants.O_RDONLY), new TrailIndex()), head }
}

export interface AuditReader {
  /** Null when nothing was ever recorded. */
  findHead(): Promise<AuditHead | null>
  entries(): AsyncGenerator<AuditRecord>
  close(): Promise<void>
}

/** Reads the trail of a folder that another process may own. */
export async function openAuditReader(folder: string): Promise<AuditReader> {
  // Read the head first: a server may be adding entries, and its head never runs ahead of them.
  const head = await readHead(folder)
  const found = await readCurrentFile(folder, 'audit.jsonl', openTrail)
  return {
    async findHead() {
      const last = found && (await readLastEntry(found.path, found.handle, found.size))
      const later = laterOf(last ?? noHead, head)
      return later.seq === 0 ? null : later
    },
    async *entries() {
      if (found === null) return
      for await (const entries of scanTrail(found.path, found.handle, found.size)) {
        for (const { record } of entries) yield record
      }
    },
    close: async () => found?.handle.close(),
  }
}

async function readHead(folder: string): Promise<AuditHead | null> {
  const file: StoredFile | null = await readCurrentFile(folder, 'audit-head.json', readStoredFile)
  if (file === null) return null
  const parsed = headSchema.safeParse(file.value)
  if (!parsed.success) {
    const { version } = file.value
    if (typeof version === 'number' && version > 1)
      throw madeByNewer(file.path, `version ${version} of the file; this one reads version 1`)
    const later = unknownFields(parsed.error)
    if (later !== null) throw madeByNewer(file.path, `it has ${later}`)
    throw damaged(file.path, 'it is not the head of an audit trail')
  }
  return { seq: parsed.data.seq, id: parsed.data.id }
}

function laterOf(last: AuditHead, head: AuditHead | null): AuditHead {
  return head !== null && head.seq > last.seq ? head : { seq: last.seq, id: last.id }
}

export interface WrittenAudit {
  records: AuditRecords
  /** The open file of synced entries, until another file replaces it. */
  path: string
}

/** Writes these lines to a new file beside the trail. Rejects when the lines reject, and then removes the file. */
export async function writeAudit(folder: string, lines: AsyncIterable<EncodedEntry>): Promise<WrittenAudit> {
  const index = new TrailIndex()
  let last = noHead
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let waiting: Buffer[] = []
    let bytes = 0
    for await (const { record, line } of lines) {
      index.add(record, line.length)
      last = record
      bytes += line.length
      waiting.push(line)
      if (bytes < chunkBytes) continue
      yield Buffer.concat(waiting)
      waiting = []
      bytes = 0
    }
    yield Buffer.concat(waiting)
  }
  const path = join(folder, 'audit.jsonl')
  const temporary = await writeTemporary(path, chunks())
  const handle = await open(temporary, constants.O_RDONLY)
  return { records: { file: new TrailFile(path, handle, index), head: laterOf(last, null) }, path: temporary }
}

const chunkBytes = 64 * 1024

export function encodeHead({ seq, id }: AuditHead): Buffer[] {
  return [Buffer.from(`${JSON.stringify({ version: 1, seq, id })}\n`)]
}

/** A snapshot of the trail. The caller closes it. */
export interface AuditSnapshot {
  entries(): AsyncGenerator<AuditRecord>
  close(): Promise<void>
}

export interface AuditPart {
  store: AuditStore
  queues: CommitQueue[]
  /** All entries on disk. */
  snapshot(): AuditSnapshot
  head(): AuditHead
  /** Makes this the trail, in memory and on disk. Call it only while the queues are held. */
  adopt(records: AuditRecords): void
  /** Call it after the queues are closed. */
  close(): Promise<void>
}

export function createAuditPart(
  records: AuditRecords,
  options: (name: 'audit.jsonl' | 'audit-head.json') => Omit<CommitQueueOptions, 'content'>,
): AuditPart {
  let { file, head } = records
  /** Added since the last commit. */
  let added: EncodedEntry[] = []
  /** What happens to each entry; null while entries are only added. */
  let fateOf: Uint8Array | null = null
  let savedHead = head
  /** Whether the file holds exactly the entries, so that more can be appended. */
  let isWhole = true
  /** The file that the last commit wrote as a replacement. */
  let rewritten: TrailFile | null = null

  const queue = new CommitQueue({
    ...options('audit.jsonl'),
    content: {
      encode: async () => [Buffer.concat(added.map(({ line }) => line))],
      async write(path, chunks) {
        if (isWhole && fateOf === null) await appendToFile(path, chunks)
        else rewritten = await file.rewrite(fateOf, added)
      },
      accept() {
        if (rewritten === null) for (const { record, line } of added) file.index.add(record, line.length)
        else use(rewritten)
        isWhole = true
        settle()
        savedHead = head
        headQueue.markUnsaved()
      },
      undo() {
        head = savedHead
        isWhole = false
        settle()
      },
    },
  })

  function settle(): void {
    added = []
    fateOf = null
    rewritten = null
  }

  /** Readers of the old file keep it until they finish. A failed close is harmless. */
  function use(next: TrailFile): void {
    file.release().catch(() => {})
    file = next
  }

  async function reading<Answer>(work: (from: TrailFile) => Promise<Answer>): Promise<Answer> {
    queue.requireOpen()
    const from = file.retain()
    try {
      return await work(from)
    } finally {
      await from.release()
    }
  }

  /** Assigns this fate to matching entries that do not have it. Returns how many. */
  function decide(fate: number, isMeant: (index: TrailIndex, place: number) => boolean): number {
    const { index } = file
    let count = 0
    for (let place = 0; place < index.length; place++) {
      if ((fateOf?.[place] ?? fates.keep) >= fate || !isMeant(index, place)) continue
      fateOf ??= new Uint8Array(index.length)
      fateOf[place] = fate
      count++
    }
    if (count > 0) queue.markUnsaved()
    return count
  }

  const headQueue = new CommitQueue({
    ...options('audit-head.json'),
    content: { encode: async () => encodeHead(savedHead), accept() {}, undo() {} },
  })

  const store: AuditStore = {
    async append(entry) {
      const copy = { ...entry }
      requireTexts('audit', copy.event, copy)
      return queue.run(() => {
        const record = auditSchema.parse(chained(head, copy))
        added.push(encodeEntry(record))
        head = { seq: record.seq, id: record.id }
        queue.markUnsaved()
        return { ...record }
      })
    },

    list: (query) =>
      reading(async (from) => {
        const found: AuditRecord[] = []
        let next = from.index.firstFrom(query.before ?? Number.POSITIVE_INFINITY) - 1
        while (found.length < query.limit) {
          const places = placesFrom(from.index, next, query, query.limit - found.length)
          if (places.length === 0) break
          found.push(...(await from.read(places)).filter((entry) => isOf(entry, query.personId)))
          next = (places.at(-1) ?? 0) - 1
        }
        return found
      }),

    async count(events, since, partMs) {
      queue.requireOpen()
      const { index } = file
      let place = index.length
      while (place > 0 && index.at(place - 1) >= since - clockSlackMs) place--
      return index.count(events, place, since, partMs)
    },

    findLatestBy: (actorIds) =>
      reading(async (from) => {
        const found: AuditRecord[] = []
        const wanted = new Set(actorIds)
        for (let next = from.index.length; wanted.size > 0 && next > 0; ) {
          const places = from.index.latestBy(wanted, next)
          if (places.length === 0) break
          for (const entry of await from.read(places)) {
            // A hash collision can give an entry of another actor: those who are left are looked for further back.
            if (entry.actorId !== null && wanted.delete(entry.actorId)) found.push(entry)
          }
          next = places.at(-1) ?? 0
        }
        return found
      }),

    findFirst: (since) =>
      reading(async (from) => {
        const { index } = from
        for (let place = 0; place < index.length; place++) {
          if (index.at(place) >= since) return (await from.read([place]))[0] ?? null
        }
        return null
      }),

    async forgetAddresses(before) {
      return queue.run(() =>
        decide(fates.forgetAddress, (index, place) => index.at(place) < before && index.hasAddress(place)),
      )
    },

    async dropBefore(seq) {
      return queue.run(() => decide(fates.drop, (index, place) => index.seq(place) < seq))
    },
  }

  return {
    store,
    queues: [queue, headQueue],
    snapshot() {
      const from = file.retain()
      const entries = from.entries()
      return { entries: () => entries, close: () => from.release() }
    },
    head: () => savedHead,
    adopt(adopted) {
      use(adopted.file)
      head = adopted.head
      savedHead = head
      isWhole = true
      settle()
    },
    close: () => file.release(),
  }
}

/** Entries are in the order of insertion. The clocks of two starts may differ by up to this. */
const clockSlackMs = 86_400_000

/** At most so many matching entries, from this place backwards. */
function placesFrom(index: TrailIndex, from: number, query: AuditQuery, most: number): number[] {
  const isMeant = index.matcher(query)
  const places: number[] = []
  for (let place = from; place >= 0 && places.length < most; place--) {
    if (query.since !== null && index.at(place) < query.since - clockSlackMs) break
    if (isMeant(place)) places.push(place)
  }
  return places
}

function isOf({ actorId, subjectId }: AuditRecord, personId: string | null): boolean {
  return personId === null || actorId === personId || subjectId === personId
}
