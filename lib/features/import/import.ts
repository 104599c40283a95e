// People of another system, from a file into a store: of every row it is said whether it can be a person here and why not,
// and those who can are inserted. Opens no file; a reason is a sentence for the operator and never holds a password or a
// hash.

import { noPassword } from '../../core/crypto/old-hashes.ts'
import { withoutNotANumber } from '../../core/files/python-json.ts'
import { verifiedKey } from '../../stores/records.ts'
import type { StoredRecord, UserRecord, UserStore } from '../../stores/types.ts'
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
import { csvRows, decode, firebaseRows, isObject, jsonRows, parseJson } from './rows.ts'
import { takeOverStreamlit } from './streamlit.ts'

/** In the order of the file. Rejects with the code `import_unreadable` when the file as a whole is not of this form. */
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
  /** Of those who were imported: */
  admins: number
  suspended: number
  withoutPassword: number
  /** Have neither a password nor a verified address that a link for a new one could go to. */
  unreachable: number
  /** Whose username was made from the address. */
  named: { line: number | null; email: string; username: string }[]
  /** In the order of the file. */
  rejected: Rejection[]
  notes: string[]
}

/** What an import asks of a store. */
export interface ImportStore extends Pick<UserStore, 'insert'> {
  has(id: string): Promise<boolean>
  hasUsername(username: string): Promise<boolean>
}

/** As many as fill one commit of the JSON store well, and more than the connections to a database. */
const parallel = 64

/**
 * Of two rows with one username or verified address, the first counts. Nobody who is there is changed. When it rejects,
 * those who were inserted stay. `onStep` is told how many were inserted until then, after every row.
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
    withoutPassword: 0,
    unreachable: 0,
    named: [],
    rejected: [],
    notes: [],
  }
  const names = createNames(store)
  const queue = withoutTwins(readings, store, names)

  async function insert(candidate: Candidate): Promise<void> {
    const { user, usernameFrom, line } = candidate
    let inserted = await store.insert(user)
    // A name that is reserved, or was taken meanwhile.
    while (inserted === 'username_taken' && usernameFrom !== null) {
      user.username = await names.findFree(usernameFrom, line)
      inserted = await store.insert(user)
    }
    if (inserted === 'username_taken')
      outcome.rejected.push(rejected(candidate, 'The username is there already.', true))
    else if (inserted === 'email_taken')
      outcome.rejected.push(rejected(candidate, 'Somebody there has verified the e-mail address already.'))
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
  // Waits for all, also when one fails: what is under way is in the store or not before anybody is told.
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

/** Answers as the store that holds these records would, and changes nothing in it. */
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
  /** The line that has the name in this file; undefined when none has. */
  lineOf(username: string): number | null | undefined
  take(username: string, line: number | null): void
  /** Takes a name made from this one that nobody has, here or there: the same, or with a number from 2 on. */
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

/** One after the other, so that the first row counts and names are given in the order of the file. */
async function* withoutTwins(
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
      yield rejected(reading, 'The person is in the file twice.')
    } else if (usernameFrom !== null && (await store.has(user.id))) {
      yield rejected(reading, 'The person is there already.', true)
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
