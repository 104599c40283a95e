// The file of the audit trail: one entry a line. Memory holds an index; entries are read from the disk on demand, in
// chunks.

import { constants, type FileHandle, open } from 'node:fs/promises'

import { z } from 'zod'

import { replaceFile } from '#lib/core/files/durable-file.ts'
import { isPermissionError } from '#lib/core/files/file-owner.ts'
import { messageOf, notPermitted, unavailable } from '#lib/stores/errors.ts'
import { auditSchema } from '#lib/stores/kinds.ts'
import type { AuditRecord } from '#lib/stores/types.ts'

import { damaged, folderOf, madeByNewer } from './damage.ts'
import { isRegularFile, unknownFields } from './document.ts'
import { TrailIndex } from './trail-index.ts'

/** Some hundred entries: few reads and little memory. */
const pieceBytes = 256 * 1024
/** Thousands of times an entry's length. A longer line is not an entry. */
const longestLine = 16 * 1024 * 1024
const lineEnd = 0x0a

/** What happens to an entry when the file is rewritten. */
export const fates = { keep: 0, forgetAddress: 1, drop: 2 } as const

export interface EncodedEntry {
  record: AuditRecord
  line: Buffer
}

export function encodeEntry(record: AuditRecord): EncodedEntry {
  return { record, line: Buffer.from(`${JSON.stringify(record)}\n`) }
}

/** Null when the file is missing. The size is that of this moment: a server may be appending. */
export async function openTrail(path: string): Promise<{ path: string; handle: FileHandle; size: number } | null> {
  if (!(await isRegularFile(path))) return null
  let handle: FileHandle | undefined
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    return { path, handle, size: (await handle.stat()).size }
  } catch (error) {
    await handle?.close()
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    if (isPermissionError(error)) throw notPermitted(path, error, folderOf(path))
    throw damaged(path, messageOf(error))
  }
}

/**
 * All entries in order, one chunk at a time, with the lengths of their lines. Ignores an unfinished last line. Throws
 * `store_damaged` at a line that is not an entry.
 */
export async function* scanTrail(
  path: string,
  handle: FileHandle,
  size: number,
): AsyncGenerator<{ record: AuditRecord; lineBytes: number }[]> {
  const piece = Buffer.alloc(pieceBytes)
  /** The line that has no end yet; null when it is too long to buffer. */
  let begun: Buffer | null = Buffer.alloc(0)
  let number = 0
  for (let position = 0; position < size; ) {
    const { bytesRead } = await readInto(path, handle, piece, Math.min(piece.length, size - position), position)
    if (bytesRead === 0) break
    position += bytesRead
    const read = piece.subarray(0, bytesRead)
    if (begun === null) {
      if (!read.includes(lineEnd)) continue
      throw damaged(path, `line ${number + 1} is too long for an entry of an audit trail`)
    }
    const bytes: Buffer = begun.length === 0 ? read : Buffer.concat([begun, read])
    const entries: { record: AuditRecord; lineBytes: number }[] = []
    let start = 0
    for (let end = bytes.indexOf(lineEnd); end !== -1; end = bytes.indexOf(lineEnd, start)) {
      number++
      const record = parseLine(path, number, bytes.toString('utf8', start, end))
      entries.push({ record, lineBytes: end + 1 - start })
      start = end + 1
    }
    // Copy, because the chunk buffer is reused.
    begun = bytes.length - start > longestLine ? null : Buffer.from(bytes.subarray(start))
    yield entries
  }
}

/** The entry on the last complete line, or null. */
export async function readLastEntry(path: string, handle: FileHandle, size: number): Promise<AuditRecord | null> {
  for (let length = 4096; ; length *= 4) {
    const from = Math.max(0, size - length)
    const bytes = await readBytes(path, handle, from, size)
    const end = bytes.lastIndexOf(lineEnd)
    const start = end < 1 ? 0 : bytes.lastIndexOf(lineEnd, end - 1) + 1
    // Without a line end in this chunk, the line starts earlier.
    if (end === -1 && from === 0) return null
    if (end !== -1 && (start > 0 || from === 0)) return parseLine(path, 'last', bytes.toString('utf8', start, end))
    if (length > longestLine) throw damaged(path, 'its last line is too long for an entry of an audit trail')
  }
}

export class TrailFile {
  readonly index: TrailIndex
  readonly #path: string
  readonly #handle: FileHandle
  #users = 1

  /** The index describes the file. The caller holds one reference, which `release` drops. */
  constructor(path: string, handle: FileHandle, index: TrailIndex) {
    this.#path = path
    this.#handle = handle
    this.index = index
  }

  /** A reference to the file with its present content, until `release`. */
  retain(): TrailFile {
    this.#users++
    return this
  }

  async release(): Promise<void> {
    if (--this.#users === 0) await this.#handle.close()
  }

  /** The entries at these index places, in that order. Reads neighbouring entries together. */
  async read(places: readonly number[]): Promise<AuditRecord[]> {
    const records: AuditRecord[] = []
    for (let group = this.#firstGroup(places, 0); group.length > 0; group = this.#firstGroup(places, records.length)) {
      const from = Math.min(...group)
      const bytes = await this.#readEntries(from, Math.max(...group) + 1)
      for (const place of group) records.push(this.#parse(bytes, from, place))
    }
    return records
  }

  /** As many as exist at the time of the call, in order. */
  entries(): AsyncGenerator<AuditRecord> {
    return this.#entriesUpTo(this.index.length)
  }

  /**
   * Replaces this file by another, with a fate for each entry if some change and with new entries at the end. This file
   * stays usable for its readers and when the new one fails.
   */
  async rewrite(fateOf: Uint8Array | null, added: readonly EncodedEntry[]): Promise<TrailFile> {
    const index = new TrailIndex(this.index)
    await replaceFile(this.#path, this.#rewritten(index, fateOf, added))
    const handle = await open(this.#path, constants.O_RDONLY)
    return new TrailFile(this.#path, handle, index)
  }

  async *#rewritten(
    index: TrailIndex,
    fateOf: Uint8Array | null,
    added: readonly EncodedEntry[],
  ): AsyncGenerator<Uint8Array> {
    const count = this.index.length
    for (let from = 0; from < count; ) {
      const to = this.#pieceEnd(from, count)
      const bytes = await this.#readEntries(from, to)
      const base = this.index.start(from)
      const kept: Buffer[] = []
      for (let place = from; place < to; place++) {
        const fate = fateOf?.[place] ?? fates.keep
        if (fate === fates.drop) continue
        const line =
          fate === fates.keep
            ? bytes.subarray(this.index.start(place) - base, this.index.start(place + 1) - base)
            : encodeEntry({ ...this.#parse(bytes, from, place), address: '', addressSalt: '' }).line
        kept.push(line)
        index.addFrom(this.index, place, line.length, fate === fates.keep && this.index.hasAddress(place))
      }
      const isWhole = kept.length === to - from && fateOf === null
      yield isWhole ? bytes : Buffer.concat(kept)
      from = to
    }
    for (const { record, line } of added) index.add(record, line.length)
    yield Buffer.concat(added.map(({ line }) => line))
  }

  async *#entriesUpTo(count: number): AsyncGenerator<AuditRecord> {
    for (let from = 0; from < count; ) {
      const to = this.#pieceEnd(from, count)
      const bytes = await this.#readEntries(from, to)
      for (let place = from; place < to; place++) yield this.#parse(bytes, from, place)
      from = to
    }
  }

  /** The end of a chunk that starts here: at least one entry of any length. */
  #pieceEnd(from: number, count: number): number {
    let to = from + 1
    while (to < count && this.index.start(to + 1) - this.index.start(from) <= pieceBytes) to++
    return to
  }

  #firstGroup(places: readonly number[], from: number): number[] {
    const group: number[] = []
    let [low, high] = [Number.POSITIVE_INFINITY, 0]
    for (let at = from; at < places.length; at++) {
      const place = places[at] ?? 0
      low = Math.min(low, this.index.start(place))
      high = Math.max(high, this.index.start(place + 1))
      if (group.length > 0 && high - low > pieceBytes) break
      group.push(place)
    }
    return group
  }

  #readEntries(from: number, to: number): Promise<Buffer> {
    return readBytes(this.#path, this.#handle, this.index.start(from), this.index.start(to))
  }

  #parse(bytes: Buffer, from: number, place: number): AuditRecord {
    const base = this.index.start(from)
    const [start, end] = [this.index.start(place) - base, this.index.start(place + 1) - base - 1]
    const record = parseLine(this.#path, place + 1, bytes.toString('utf8', start, end))
    if (record.seq !== this.index.seq(place)) throw damaged(this.#path, 'it was changed while it was in use')
    return record
  }
}

function parseLine(path: string, number: number | 'last', line: string): AuditRecord {
  try {
    return auditSchema.parse(JSON.parse(line))
  } catch (cause) {
    const fault = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? 'wrong form') : messageOf(cause)
    const which = number === 'last' ? 'its last line' : `line ${number}`
    const later = cause instanceof z.ZodError ? unknownFields(cause) : null
    if (later !== null) throw madeByNewer(path, `${which} has ${later}`)
    throw damaged(path, `${which} is no entry of an audit trail (${fault})`)
  }
}

async function readBytes(path: string, handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(to - from)
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await readInto(path, handle, bytes.subarray(done), bytes.length - done, from + done)
    if (bytesRead === 0) throw damaged(path, 'it is shorter than it was')
    done += bytesRead
  }
  return bytes
}

async function readInto(path: string, handle: FileHandle, into: Buffer, length: number, position: number) {
  try {
    return await handle.read(into, 0, length, position)
  } catch (cause) {
    throw unavailable(`${path} cannot be read`, cause)
  }
}
