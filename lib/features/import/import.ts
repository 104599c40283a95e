// Imports users of another system from a file. Decides for each row whether it can become a user, and inserts it or
// gives a reason. Opens no file. A reason is a sentence for the operator and never contains a password or a hash.

import { noPassword } from '../../core/crypto/old-hashes.ts'
import { withoutNotANumber } from '../../core/files/python-json.ts'
import { verifiedKey } from '../../stores/records.ts'
import type { StoredRecord, UserRecord, UserStore } from '../../stores/types.ts'
import { isObject, parseJson } from './json.ts'
import { readRows } from './person.ts'
import {
  type Candidate,
  type ImportContext,
  type ImportFormat,
  type Reading,
  type Rejection,
  rejected,
  shown,
  unreadable,
} from './reading.ts'
import { csvRows, decode, firebaseRows, jsonRows } from './rows.ts'
import { takeOverStreamlit } from './streamlit.ts'

/** Yields in file order. Rejects with the code `import_unreadable` when the file does not have this format. */
export function readUsers(
  format: ImportFormat,
  chunks: AsyncIterable<Uint8Array>,
  context: ImportContext,
): AsyncGenerator<Reading> {
  const text = decode(chunks)
  if (format === 'streamlit') return readStreamlit(text, context)
  return readRows(format === 'csv' ? csvRows(text) : format === 'jsonl' ? jsonRows(text) : firebaseRows(text), context)
}

export interface ImportOutcome {
  imported: number
  /** The next five count subsets of the imported users. */
  admins: number
  suspended: number
  withApp: number
  withoutPassword: number
  /** Without a password and without a verified address for a reset link. */
  unreachable: number
  /** Users whose username was generated from their address. */
  named: { line: number | null; email: string; username: string }[]
  /** In file order. */
  rejected: Rejection[]
  notes: string[]
}

/** The part of a store that an import needs. */
export interface ImportStore extends Pick<UserStore, 'insert'> {
  has(id: string): Promise<boolean>
  hasUsername(username: string): Promise<boolean>
}

/** Fills a commit of the JSON store, and exceeds the connections to a database. */
const parallel = 64

/**
 * The first of two rows with the same username or verified address wins. Existing users stay unchanged. On rejection,
 * the users inserted so far stay. After every row, `onStep` gets the number of users inserted so far.
 */
export async function importUsers(
  readings: AsyncIterable<Reading>,
  store: ImportStore,
  onStep: (imported: number) => void,
): Promise<ImportOutcome> {
  const outcome: ImportOutcome = {
    imported: 0,
    admins: 0,
    suspended: 0,
    withApp: 0,
    withoutPassword: 0,
    unreachable: 0,
    named: [],
    rejected: [],
    notes: [],
  }
  const names = createNames(store)
  const queue = withoutDuplicates(readings, store, names)

  async function insert(candidate: Candidate): Promise<void> {
    const { user, usernameFrom, line } = candidate
    let inserted = await store.insert(user)
    // The name is reserved, or was taken in the meantime.
    while (inserted === 'username_taken' && usernameFrom !== null) {
      user.username = await names.findFree(usernameFrom, line)
      inserted = await store.insert(user)
    }
    if (inserted === 'username_taken') outcome.rejected.push(rejected(candidate, 'The username exists already.', true))
    else if (inserted === 'email_taken')
      outcome.rejected.push(rejected(candidate, 'Another user has verified the e-mail address.'))
    else count(outcome, candidate)
  }

  let isOver = false
  async function work(): Promise<void> {
    try {
      while (!isOver) {
        const { done, value } = await queue.next()
        if (done) return
        if (value.kind === 'candidate') await insert(value)
        else if (value.kind === 'rejection') outcome.rejected.push(value)
        else outcome.notes.push(value.text)
        if (value.kind !== 'note') onStep(outcome.imported)
      }
    } finally {
      isOver = true
    }
  }
  // Wait for all even if one fails: pending inserts must finish before the error is reported.
  const settled = await Promise.allSettled(Array.from({ length: parallel }, work))
  await queue.return()
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  outcome.rejected.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  outcome.named.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return outcome
}

export function importInto(users: UserStore): ImportStore {
  return {
    insert: (user) => users.insert(user),
    has: async (id) => (await users.find(id)) !== null,
    hasUsername: async (username) => (await users.findByUsername(username)) !== null,
  }
}

/** Behaves like the store that holds these records, without changing it. */
export async function rehearse(records: AsyncIterable<StoredRecord>): Promise<ImportStore> {
  const [ids, usernames, addresses] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const reserved = new Map<string, number>()
  const add = (user: UserRecord) => {
    ids.add(user.id)
    usernames.add(user.username)
    addresses.add(verifiedKey(user) ?? '')
  }
  for await (const { kind, record } of records) {
    if (kind === 'user') add(record)
    else if (kind === 'reserved') reserved.set(record.id, record.until)
  }
  return {
    has: async (id) => ids.has(id),
    hasUsername: async (username) => usernames.has(username),
    async insert(user) {
      if (usernames.has(user.username) || (reserved.get(user.username) ?? 0) > user.createdAt) return 'username_taken'
      const address = verifiedKey(user)
      if (address !== null && addresses.has(address)) return 'email_taken'
      add(user)
      return 'inserted'
    },
  }
}

interface Names {
  /** The line that uses the username in this file, or undefined. */
  lineOf(username: string): number | null | undefined
  take(username: string, line: number | null): void
  /** Takes a free username: the given one, or the given one with a number from 2 on. */
  findFree(from: string, line: number | null): Promise<string>
}

function createNames(store: ImportStore): Names {
  const lines = new Map<string, number | null>()
  const next = new Map<string, number>()
  return {
    lineOf: (username) => lines.get(username),
    take: (username, line) => lines.set(username, line),
    async findFree(from, line) {
      for (;;) {
        const number = next.get(from) ?? 1
        next.set(from, number + 1)
        const username = number === 1 ? from : `${from.slice(0, 32 - String(number).length)}${number}`
        if (lines.has(username)) continue
        lines.set(username, line)
        if (!(await store.hasUsername(username))) return username
      }
    },
  }
}

/** Reads sequentially, so that the first row wins and generated names follow the order of the file. */
async function* withoutDuplicates(
  readings: AsyncIterable<Reading>,
  store: ImportStore,
  names: Names,
): AsyncGenerator<Reading, void, void> {
  const [addresses, ids] = [new Map<string, number | null>(), new Set<string>()]
  for await (const reading of readings) {
    if (reading.kind !== 'candidate') {
      yield reading
      continue
    }
    const { user, line, usernameFrom } = reading
    const address = verifiedKey(user)
    const [sameName, sameAddress] = [names.lineOf(user.username), addresses.get(address ?? '')]
    if (usernameFrom === null && sameName !== undefined) {
      yield rejected(reading, `The username is in the file twice, first on line ${sameName}.`)
    } else if (ids.has(user.id)) {
      yield rejected(reading, 'The user is in the file twice.')
    } else if (usernameFrom !== null && (await store.has(user.id))) {
      yield rejected(reading, 'The user exists already.', true)
    } else if (address !== null && sameAddress !== undefined) {
      yield rejected(reading, `The verified e-mail address is in the file twice, first on line ${sameAddress}.`)
    } else {
      if (address !== null) addresses.set(address, line)
      ids.add(user.id)
      if (usernameFrom === null) names.take(user.username, line)
      else user.username = await names.findFree(usernameFrom, line)
      yield reading
    }
  }
}

function count(outcome: ImportOutcome, { user, usernameFrom, line, email }: Candidate): void {
  outcome.imported++
  if (user.role === 'admin') outcome.admins++
  if (user.status === 'suspended') outcome.suspended++
  if (user.totp !== null) outcome.withApp++
  if (user.passwordHash === noPassword) {
    outcome.withoutPassword++
    if (user.emailVerifiedAt === null) outcome.unreachable++
  }
  if (usernameFrom !== null) outcome.named.push({ line, email, username: user.username })
}

async function* readStreamlit(text: AsyncIterable<string>, context: ImportContext): AsyncGenerator<Reading> {
  const old = parseJson(withoutNotANumber((await Array.fromAsync(text)).join('')))
  if (!isObject(old)) throw unreadable('it is not a users.json of the Streamlit application')
  const { users, refused, notes } = takeOverStreamlit(old, context)
  for (const { name, reason } of refused) yield rejected({ line: null, username: shown(name), email: '' }, reason)
  for (const { reason } of notes) yield { kind: 'note', text: reason }
  for (const user of users) {
    yield { kind: 'candidate', line: null, username: user.username, email: '', user, usernameFrom: null }
  }
}
