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

import { type AuditRecords, encodeAudit, encodeHead, lastHead, noAudit } from './audit.ts'
import type { PagedRecords } from './paged-records.ts'
import type { StoreFile } from './replacement.ts'
import { encodeSessions, noSessions, type SessionRecords } from './sessions.ts'
import { encodeTokens, findRepeatedKey, noTokens, type TokenRecords } from './tokens.ts'
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
  audit: Iterable<AuditRecord>
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

  function* inOrder(): Generator<StoredRecord> {
    for (const record of users) yield { kind: 'user', record }
    for (const record of sessions) yield { kind: 'session', record }
    for (const record of ended) yield { kind: 'ended', record }
    for (const record of tokens) yield { kind: 'token', record }
    for (const record of reserved) yield { kind: 'reserved', record }
    for (const record of mails) yield { kind: 'mail', record }
    for (const record of audit) yield { kind: 'audit', record }
  }
}

/** Throws when a record is not as it must be, or does not fit with the others. */
export async function gather(source: AsyncIterable<StoredRecord>): Promise<FolderRecords> {
  const people = noUsers()
  const { users, reserved } = people
  const { sessions, ended } = noSessions()
  const once = noTokens()
  const { tokens, mails } = once
  const audit = noAudit()
  let taken = 0
  for await (const given of source) {
    if (++taken % recordsPerTurn === 0) await nextTurn()
    const { kind, record } = storedRecordSchema.parse(given)
    requireTexts(kind, record.id, record)
    if (kind === 'audit') {
      if (record.seq <= (audit.entries.at(-1)?.seq ?? 0)) throw repeated(kind, record.id)
      audit.entries.push(record)
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
  return { users: people, sessions: { sessions, ended }, tokens: once, audit }
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
  audit,
}: FolderRecords): Promise<Record<StoreFile, Buffer[]>> {
  return {
    'users.json': await encodeUsers(users),
    'sessions.json': await encodeSessions(sessions),
    'tokens.json': await encodeTokens(tokens),
    'audit.jsonl': await encodeAudit(audit.entries),
    'audit-head.json': encodeHead(lastHead(audit)),
  }
}
