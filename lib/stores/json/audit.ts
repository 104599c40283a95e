// The audit trail, in memory and in audit.jsonl: one entry a line, added at the end. How far it has come stands in
// audit-head.json as well, a few seconds late, so that a trail whose end was cut off is not taken for the whole.

import { setImmediate as nextTurn } from 'node:timers/promises'

import { z } from 'zod'

import { appendToFile, replaceFile } from '#lib/durable-file.ts'
import { chained, noHead } from '#lib/stores/audit-chain.ts'
import { messageOf } from '#lib/stores/errors.ts'
import { auditSchema } from '#lib/stores/records.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import type { AuditHead, AuditQuery, AuditRecord, AuditStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { damaged, madeByNewer } from './damage.ts'
import { readRegularFile, readStoredFile, type StoredFile, unknownFields } from './document.ts'
import { readCurrentFile } from './replacement.ts'

export interface AuditRecords {
  entries: AuditRecord[]
  /** What the file of the head says, or null without one. */
  head: AuditHead | null
}

const headSchema = z.strictObject({ version: z.literal(1), seq: z.int().min(0), id: z.string() })

interface FoundTrail {
  entries: AuditRecord[]
  /** In bytes, with those that are to be cut: of a last line that was never finished, and that nobody was told of. */
  size: number
  cut: number
}

async function readAuditFile(path: string): Promise<FoundTrail | null> {
  const bytes = await readRegularFile(path)
  if (bytes === null) return null
  const end = bytes.lastIndexOf(0x0a) + 1
  const lines = bytes.subarray(0, end).toString().split('\n').slice(0, -1)
  const entries = lines.map((line, index) => parseLine(path, index + 1, line))
  return { entries, size: bytes.length, cut: bytes.length - end }
}

function readHead({ path, value }: StoredFile): AuditHead {
  const parsed = headSchema.safeParse(value)
  if (!parsed.success) {
    const { version } = value
    if (typeof version === 'number' && version > 1)
      throw madeByNewer(path, `version ${version} of the file; this one reads version 1`)
    const later = unknownFields(parsed.error)
    if (later !== null) throw madeByNewer(path, `it has ${later}`)
    throw damaged(path, 'it is not the head of an audit trail')
  }
  return { seq: parsed.data.seq, id: parsed.data.id }
}

/** The trail as it counts, from a folder that may be somebody else's. */
export async function readAudit(folder: string): Promise<{ found: FoundTrail | null; records: AuditRecords }> {
  // The head first: a server may be adding entries, and its head is never ahead of them.
  const head = await readCurrentFile(folder, 'audit-head.json', readStoredFile)
  const found = await readCurrentFile(folder, 'audit.jsonl', readAuditFile)
  return { found, records: { entries: found?.entries ?? [], head: head && readHead(head) } }
}

function parseLine(path: string, number: number, line: string): AuditRecord {
  try {
    return auditSchema.parse(JSON.parse(line))
  } catch (cause) {
    const later = cause instanceof z.ZodError ? unknownFields(cause) : null
    if (later !== null) throw madeByNewer(path, `line ${number} has ${later}`)
    const fault = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? 'wrong form') : messageOf(cause)
    throw damaged(path, `line ${number} is no entry of an audit trail (${fault})`)
  }
}

export function noAudit(): AuditRecords {
  return { entries: [], head: null }
}

const linesPerChunk = 1000

/** Lets the event loop turn between chunks. */
export async function encodeAudit(entries: readonly AuditRecord[]): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for (let start = 0; start < entries.length; start += linesPerChunk) {
    const lines = entries.slice(start, start + linesPerChunk).map((entry) => `${JSON.stringify(entry)}\n`)
    chunks.push(Buffer.from(lines.join('')))
    await nextTurn()
  }
  return chunks
}

export function encodeHead({ seq, id }: AuditHead): Buffer[] {
  return [Buffer.from(`${JSON.stringify({ version: 1, seq, id })}\n`)]
}

/** The later of what the entries and what the head's file say. */
export function lastHead({ entries, head }: AuditRecords): AuditHead {
  const last = entries.at(-1) ?? noHead
  return head !== null && head.seq > last.seq ? head : { seq: last.seq, id: last.id }
}

export interface AuditPart {
  store: AuditStore
  queues: CommitQueue[]
  /** All that are on disk; the records themselves. */
  values(): readonly AuditRecord[]
  head(): AuditHead
  /** From here on this is the trail, on disk as well. Only while the queues are held. */
  adopt(records: AuditRecords): void
}

export function createAuditPart(
  records: AuditRecords,
  options: (name: 'audit.jsonl' | 'audit-head.json') => Omit<CommitQueueOptions, 'content'>,
): AuditPart {
  let entries = records.entries
  let head = lastHead(records)
  /** Added since the last commit. */
  let added: AuditRecord[] = []
  /** What the entries are to become, when more happens to them than that some are added. */
  let changed: AuditRecord[] | null = null
  let savedHead = head
  /** Whether the file holds the entries and nothing else, so that others can be added to it. */
  let isWhole = true

  const queue = new CommitQueue({
    ...options('audit.jsonl'),
    content: {
      encode: () => encodeAudit(isWhole && changed === null ? added : [...(changed ?? entries), ...added]),
      write: (path, chunks) => (isWhole && changed === null ? appendToFile : replaceFile)(path, chunks),
      accept() {
        if (changed !== null) entries = changed
        entries.push(...added)
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
    changed = null
  }

  const headQueue = new CommitQueue({
    ...options('audit-head.json'),
    content: { encode: async () => encodeHead(savedHead), accept() {}, undo() {} },
  })

  function change(next: AuditRecord[]): void {
    changed = next
    queue.markUnsaved()
  }

  const store: AuditStore = {
    async append(entry) {
      const copy = { ...entry }
      requireTexts('audit', copy.event, copy)
      return queue.run(() => {
        const record = auditSchema.parse(chained(head, copy))
        added.push(record)
        head = { seq: record.seq, id: record.id }
        queue.markUnsaved()
        return { ...record }
      })
    },

    async list(query) {
      queue.requireOpen()
      const found: AuditRecord[] = []
      const { before } = query
      const end = before === null ? entries.length : firstWhere(entries, ({ seq }) => seq >= before)
      for (let at = end - 1; at >= 0 && found.length < query.limit; at--) {
        const entry = entries[at]
        if (entry === undefined || (query.since !== null && entry.at < query.since - clockSlackMs)) break
        if (isWanted(entry, query)) found.push({ ...entry })
      }
      return found
    },

    async count(events, since, partMs) {
      queue.requireOpen()
      const counts = new Map<string, { event: string; outcome: AuditRecord['outcome']; part: number; count: number }>()
      for (let at = entries.length - 1; at >= 0; at--) {
        const entry = entries[at]
        if (entry === undefined || entry.at < since - clockSlackMs) break
        const { event, outcome } = entry
        if (entry.at < since || !events.includes(event)) continue
        const part = Math.floor((entry.at - since) / partMs)
        const key = `${event} ${outcome} ${part}`
        const known = counts.get(key)
        if (known) known.count++
        else counts.set(key, { event, outcome, part, count: 1 })
      }
      return [...counts.values()]
    },

    async findFirst(since) {
      queue.requireOpen()
      const found = entries.find(({ at }) => at >= since)
      return found ? { ...found } : null
    },

    async forgetAddresses(before) {
      return queue.run(() => {
        const isOld = ({ at, address }: AuditRecord) => at < before && address !== ''
        const now = changed ?? entries
        const count = now.filter(isOld).length
        if (count > 0) change(now.map((entry) => (isOld(entry) ? { ...entry, address: '', addressSalt: '' } : entry)))
        return count
      })
    },

    async dropBefore(seq) {
      return queue.run(() => {
        const now = changed ?? entries
        const kept = now.filter((entry) => entry.seq >= seq)
        if (kept.length < now.length) change(kept)
        return now.length - kept.length
      })
    },
  }

  return {
    store,
    queues: [queue, headQueue],
    values: () => [...entries],
    head: () => savedHead,
    adopt(adopted) {
      entries = adopted.entries
      head = lastHead(adopted)
      savedHead = head
      isWhole = true
      settle()
    },
  }
}

/** Entries stand in the order in which they were added; the clocks of two starts may differ by less than this. */
const clockSlackMs = 86_400_000

function isWanted(entry: AuditRecord, { event, outcome, personId, since, until }: AuditQuery): boolean {
  if (event !== null && entry.event !== event) return false
  if (outcome !== null && entry.outcome !== outcome) return false
  if (personId !== null && entry.actorId !== personId && entry.subjectId !== personId) return false
  return (since === null || entry.at >= since) && (until === null || entry.at < until)
}

/** The first index of a sorted list for which this holds, or its length. */
function firstWhere<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && holds(item)) high = middle
    else low = middle + 1
  }
  return low
}
