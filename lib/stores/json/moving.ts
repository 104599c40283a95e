// Everything, record by record: out of the store for whoever copies it, and gathered from a source before it becomes
// the store's own.

import { setImmediate as nextTurn } from 'node:timers/promises'

import { storedRecordSchema } from '#lib/stores/records.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import type {
  AuditRecord,
  EndedSession,
  MailRecord,
  ReservedUsername,
  SessionRecord,
  StoredRecord,
  TokenRecord,
  UserRecord,
} from '#lib/stores/types.ts'

import { type AuditRecords, encodeHead, type WrittenAudit, writeAudit } from './audit.ts'
import type { PagedRecords } from './paged-records.ts'
import type { NewContent, StoreFile } from './replacement.ts'
import { encodeSessions, noSessions, type SessionRecords } from './sessions.ts'
import { encodeTokens, findRepeatedKey, noTokens, type TokenRecords } from './tokens.ts'
import { type EncodedEntry, encodeEntry } from './trail-file.ts'
import { encodeUsers, findTwin, noUsers, type UserRecords } from './users.ts'

/** All that the folder holds. */
export interface FolderRecords {
  users: UserRecords
  sessions: SessionRecords
  tokens: TokenRecords
  audit: AuditRecords
}

/** What is dumped: records that nobody changes meanwhile. */
export interface Snapshot {
  users: Iterable<UserRecord>
  sessions: Iterable<SessionRecord>
  ended: Iterable<EndedSession>
  tokens: Iterable<TokenRecord>
  reserved: Iterable<ReservedUsername>
  mails: Iterable<MailRecord>
  /** Read as it is asked for. */
  audit: AsyncIterable<AuditRecord>
}

const recordsPerTurn = 500

/** Hands out copies, and lets the event loop turn between them. */
export async function* dump({
  users,
  sessions,
  ended,
  tokens,
  reserved,
  mails,
  audit,
}: Snapshot): AsyncGenerator<StoredRecord> {
  let given = 0
  for (const stored of inOrder()) {
    if (++given % recordsPerTurn === 0) await nextTurn()
    yield structuredClone(stored)
  }
  for await (const record of audit) yield { kind: 'audit', record }

  function* inOrder(): Generator<StoredRecord> {
    for (const record of users) yield { kind: 'user', record }
    for (const record of sessions) yield { kind: 'session', record }
    for (const record of ended) yield { kind: 'ended', record }
    for (const record of tokens) yield { kind: 'token', record }
    for (const record of reserved) yield { kind: 'reserved', record }
    for (const record of mails) yield { kind: 'mail', record }
  }
}

/** What is to be the store's content: in memory, but for the trail, which is in a file beside the store's. */
export interface Gathered extends FolderRecords {
  writtenAudit: WrittenAudit
}

/** Throws when a record is not as it must be, or does not fit with the others; then nothing is left of it. */
export async function gather(source: AsyncIterable<StoredRecord>, folder: string): Promise<Gathered> {
  const people = noUsers()
  const { users, reserved } = people
  const { sessions, ended } = noSessions()
  const once = noTokens()
  const { tokens, mails } = once

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
      } else if (kind === 'user') add(users, record, kind)
      else if (kind === 'token') add(tokens, record, kind)
      else if (kind === 'reserved') add(reserved, record, kind)
      else if (kind === 'mail') add(mails, record, kind)
      else if (sessions.has(record.id) || ended.has(record.id)) throw repeated(kind, record.id)
      else if (kind === 'ended') ended.set(record)
      else if (users.has(record.userId)) sessions.set(record)
      else throw new Error(`The session ${record.id} is of nobody who came before it.`)
    }
    const twin = findTwin(people)
    if (twin) throw new Error(`The user ${twin.id} has the ${twin.what} of another.`)
    const rival = findRepeatedKey(once)
    if (rival) throw new Error(`The token ${rival.id} is for the same as another.`)
  }

  const writtenAudit = await writeAudit(folder, trail())
  return { users: people, sessions: { sessions, ended }, tokens: once, audit: writtenAudit.records, writtenAudit }
}

function add<Kept extends { id: string }>(records: PagedRecords<Kept>, record: Kept, kind: string): void {
  if (records.has(record.id)) throw repeated(kind, record.id)
  records.set(record)
}

function repeated(kind: string, id: string): Error {
  return new Error(`The id ${id} of a record of the kind "${kind}" came before.`)
}

export async function encodeFolder({
  users,
  sessions,
  tokens,
  writtenAudit,
}: Gathered): Promise<Record<StoreFile, NewContent>> {
  return {
    'users.json': await encodeUsers(users),
    'sessions.json': await encodeSessions(sessions),
    'tokens.json': await encodeTokens(tokens),
    'audit.jsonl': { movedFrom: writtenAudit.path },
    'audit-head.json': encodeHead(writtenAudit.records.head),
  }
}
