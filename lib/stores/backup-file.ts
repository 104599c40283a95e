// The back-up format: a header line; one line for each user, reserved username, lockout, use of a second
// factor and audit entry; a last line with the number of users and the SHA-256 of everything before it, which detects
// truncation and changes. Leaves out sessions, ended sessions, tokens and remembered browsers, so that a restore cannot
// revive what was ended or used. A restored use may be older than the last one: the codes in between are void within 90
// seconds, and a passkey's counter is ahead of it.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

import { z } from 'zod'

import { createAgreement } from './agreement.ts'
import { messageOf } from './errors.ts'
import { kindNames, kinds, storedSchema } from './kinds.ts'
import { lockoutsIn, olderUserSchema } from './older-users.ts'
import { canonicalJson } from './summary.ts'
import type { StoredRecord } from './types.ts'

/** The current version of the format. Raise it for a change that an older Gatehouse would misread. */
const version = 5

const headerSchema = z.object({
  format: z.literal('gatehouse-backup'),
  version: z.int(),
  at: z.string(),
  gatehouse: z.string(),
})
const backedUp = kindNames.filter((name) => kinds[name].isBackedUp)
const lineSchema = storedSchema(backedUp, { user: olderUserSchema })

export interface Backup {
  /** Creation time in ISO form. */
  at: string
  /** The Gatehouse version that wrote the file. */
  gatehouse: string
  users: number
  sha256: string
}

/** Large enough for few writes. */
const chunkSize = 64 * 1024
/** A line longer than this is not from a back-up. */
const longestFirstLine = 1024 * 1024
/** A user's line has a few kilobytes, unless an older version accepted a long text. */
const longestLine = 16 * 1024 * 1024

/** Selects the records of a dump that belong in a back-up. */
export async function* encodeBackup(
  records: AsyncIterable<StoredRecord>,
  { at, gatehouse }: Pick<Backup, 'at' | 'gatehouse'>,
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256')
  let pending = `${JSON.stringify({ format: 'gatehouse-backup', version, at, gatehouse })}\n`
  let users = 0
  for await (const record of records) {
    if (!backedUp.includes(record.kind)) continue
    if (record.kind === 'user') users++
    pending += `${canonicalJson(record)}\n`
    if (pending.length < chunkSize) continue
    digest.update(pending)
    yield Buffer.from(pending)
    pending = ''
  }
  digest.update(pending)
  yield Buffer.from(`${pending}${lastLine(users, digest.digest('hex'))}\n`)
}

/** Reads the whole file. Throws `backup_damaged` with the line number unless the back-up is complete and unchanged. */
export async function verifyBackup(path: string): Promise<Backup> {
  const agreement = createAgreement()
  const records = readRecords(path)
  for (;;) {
    const { done, value } = await records.next()
    if (done) return value
    agreement.add(value)
    const [fault] = agreement.faults
    if (fault !== undefined) throw damaged(path, fault)
  }
}

/**
 * The records of a verified file. Rejects after the last one when the file changed since its verification; the caller
 * must then roll back.
 */
export async function* readBackup(path: string, verified: Backup): AsyncGenerator<StoredRecord> {
  const { sha256 } = yield* readRecords(path)
  if (sha256 !== verified.sha256) throw damaged(path, 'it was changed while it was read')
}

async function* readRecords(path: string): AsyncGenerator<StoredRecord, Backup> {
  const digest = createHash('sha256')
  const lines = readLines(path)
  try {
    const first = await lines.next()
    if (first.done) throw damaged(path, 'it is empty')
    const { at, gatehouse } = parseHeader(path, first.value.toString())
    digest.update(first.value).update('\n')
    let users = 0
    for (let number = 2; ; number++) {
      const next = await lines.next()
      if (next.done) throw damaged(path, `it ends too soon, after ${users} users`)
      const line = next.value.toString()
      if (line.startsWith(lastLineStart)) {
        const sha256 = digest.digest('hex')
        if (line !== lastLine(users, sha256)) throw damaged(path, 'its count or checksum does not fit its content')
        if (!(await lines.next()).done) throw damaged(path, 'something follows its last line')
        return { at, gatehouse, users, sha256 }
      }
      // Compare bytes, not text: different invalid UTF-8 decodes to the same characters.
      digest.update(next.value).update('\n')
      const record = parseLine(path, number, line)
      yield record
      if (record.kind !== 'user') continue
      users++
      for (const lockout of lockoutsIn(JSON.parse(line).record)) yield { kind: 'lockout', record: lockout }
    }
  } finally {
    await lines.return()
  }
}

const lastLineStart = '{"users":'

function lastLine(users: number, sha256: string): string {
  return JSON.stringify({ users, sha256 })
}

function parseHeader(path: string, line: string): z.infer<typeof headerSchema> {
  const parsed = headerSchema.safeParse(parseJson(line))
  if (!parsed.success) throw damaged(path, 'its first line is not that of a Gatehouse back-up')
  if (parsed.data.version > version) {
    throw damaged(path, `it was made by Gatehouse ${parsed.data.gatehouse}, which is newer than this one`)
  }
  return parsed.data
}

function parseLine(path: string, number: number, line: string): StoredRecord {
  const parsed = lineSchema.safeParse(parseJson(line))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damaged(
    path,
    `line ${number} is neither a user, a reserved username, a lockout, a use of a second factor nor an entry of the audit trail (${issue?.path.join('.')}: ${issue?.message})`,
  )
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Complete lines without their ends. Rejects when the last line has no end, because it may be truncated. */
async function* readLines(path: string): AsyncGenerator<Buffer, void, void> {
  let rest = Buffer.alloc(0)
  let longest = longestFirstLine
  for await (const chunk of readChunks(path)) {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      yield rest.subarray(0, end)
      longest = longestLine
      rest = rest.subarray(end + 1)
    }
    if (rest.length > longest) throw damaged(path, 'it has a line that is too long for a back-up')
  }
  if (rest.length > 0) throw damaged(path, 'it ends too soon, within a line')
}

async function* readChunks(path: string): AsyncGenerator<Buffer, void, void> {
  try {
    yield* createReadStream(path, { highWaterMark: chunkSize })
  } catch (cause) {
    const fault = `${path} cannot be read: ${messageOf(cause)}`
    throw Object.assign(new Error(fault, { cause }), { code: 'backup_unreadable' })
  }
}

function damaged(path: string, fault: string): Error {
  return Object.assign(new Error(`${path} cannot be restored: ${fault}.`), { code: 'backup_damaged' })
}
