// The recorded operations on a store. Every record is generated from one number, so that a mixture of two is visible.
import { chained, noHead } from '#lib/stores/audit-chain.ts'
import { newUser } from '#lib/stores/kinds.ts'
import type {
  AuditEntry,
  EndedSession,
  SessionRecord,
  StoredRecord,
  Stores,
  TokenRecord,
  UserRecord,
} from '#lib/stores/types.ts'
import { type Change, keyOf, type WriteRecord } from './write-record.ts'

/** `unanswered`: the process ended before it answered. */
export type Outcome = 'done' | 'refused' | 'unanswered'

export interface Operations {
  signUp(person?: UserRecord): Promise<Outcome>
  /** With a taken username; succeeds when it is rejected. */
  signUpAgain(person: UserRecord): Promise<Outcome>
  saveProfile(person: UserRecord): Promise<Outcome>
  logIn(person: UserRecord, session?: SessionRecord): Promise<Outcome>
  /** User activity, which extends the window. */
  act(session: SessionRecord): Promise<Outcome>
  logOut(session: SessionRecord): Promise<Outcome>
  /** Replaces the previous one. */
  giveCode(person: UserRecord): Promise<Outcome>
  redeemCode(person: UserRecord): Promise<Outcome>
  /** Adds to the audit trail. */
  note(): Promise<Outcome>
  replaceAll(records: readonly StoredRecord[]): Promise<Outcome>
}

export function createOperations(stores: Stores, written: WriteRecord): Operations {
  /** Rejects when `work` fails with an unexpected error. */
  async function enter(changes: Change[], work: () => Promise<void>): Promise<Outcome> {
    const entry = written.intend(...changes)
    try {
      await work()
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : null
      if (code !== 'store_unavailable' && code !== 'unanswered') throw cause
      entry.refused()
      return code === 'unanswered' ? 'unanswered' : 'refused'
    }
    entry.acknowledged()
    return 'done'
  }

  return {
    signUp(person = makePerson()) {
      return enter([changeTo({ kind: 'user', record: person })], async () => {
        expectAnswer('sign-up', await stores.users.insert(person), 'inserted')
      })
    },

    signUpAgain({ username }) {
      return enter([], async () => {
        const answer = await stores.users.insert({ ...makePerson(), username })
        expectAnswer('sign-up with a taken name', answer, 'username_taken')
      })
    },

    saveProfile(person) {
      const { profile } = makePerson()
      return enter([changeTo({ kind: 'user', record: { ...person, profile } })], async () => {
        const answer = await stores.users.update(person.id, { profile })
        if (answer === null) throw new Error(`${person.id} is gone`)
      })
    },

    logIn(person, session = makeSession(person)) {
      return enter([changeTo({ kind: 'session', record: session })], () => stores.sessions.insert(session))
    },

    act({ id }) {
      const at = nextMoment()
      written.touched(id, at)
      return enter([], async () => {
        const bounds = { activeAfter: 0, createdAfter: 0, latest: at, recentAfter: at - 1 }
        const touched = await stores.sessions.touch(id, at, bounds)
        expectAnswer('act', touched?.lastActivityAt, at)
      })
    },

    logOut({ id }) {
      const ended: EndedSession = { id, reason: 'signed-out', at: nextMoment() }
      const change = changeTo({ kind: 'ended', record: ended })
      const isCertain = written.isCertain(change.key)
      return enter([change], async () => {
        const count = await stores.sessions.end([id], ended.reason, ended.at)
        // An end that failed before may be recorded by now.
        if (isCertain) expectAnswer('log-out', count, 1)
      })
    },

    giveCode(person) {
      const token = makeToken(person)
      return enter([changeTo({ kind: 'token', record: token })], () => stores.tokens.put(token))
    },

    redeemCode(person) {
      const key = keyOf({ kind: 'token', record: makeToken(person) })
      const given = written.expected(key)
      if (given?.kind !== 'token') return Promise.resolve('done')
      const isCertain = written.isCertain(key)
      return enter([{ key, to: null }], async () => {
        const taken = await stores.tokens.take(given.record.id, given.record.purpose, nextMoment())
        if (isCertain) expectAnswer('code', taken?.id, given.record.id)
      })
    },

    note() {
      const entry = makeEntry()
      return enter([changeTo({ kind: 'audit', record: chained(noHead, entry) })], async () => {
        await stores.audit.append(entry)
      })
    },

    replaceAll(records) {
      const gone = written.records().map((record) => ({ key: keyOf(record), to: null }))
      const kept = new Map<string, Change>(gone.map((change) => [change.key, change]))
      for (const record of records) kept.set(keyOf(record), changeTo(record))
      return enter([...kept.values()], () => stores.replaceAll(each(records)))
    },
  }
}

/** Numbers and times never repeat within a run. */
let numbers = 0
const nextNumber = () => ++numbers
const firstMoment = Date.UTC(2026, 0, 1)
const nextMoment = () => firstMoment + nextNumber() * 1000

export function makePerson(): UserRecord {
  const number = nextNumber()
  return newUser({
    id: `person-${number}`,
    username: `visitor-${number}`,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    email: `${number}@example.org`,
    profile: { fullName: `Náme ${number}`, bio: `Line one of ${number}\n`.repeat(4), age: number % 151 },
    createdAt: nextMoment(),
  })
}

export function makeSession({ id }: UserRecord): SessionRecord {
  const at = nextMoment()
  const origin = { userAgent: 'Mozilla/5.0 (“Tést”)', address: '203.0.113.9' }
  return {
    id: `session-${nextNumber()}`,
    userId: id,
    createdAt: at,
    lastActivityAt: at,
    provedAt: at,
    authentications: ['password'],
    passwordChangedAt: null,
    factorsChangedAt: null,
    ...origin,
  }
}

export function makeToken({ id }: UserRecord): TokenRecord {
  const at = nextMoment()
  const purpose = 'reset-password'
  const life = { createdAt: at, expiresAt: at + 10 ** 10 }
  return { id: `code-${nextNumber()}`, purpose, subject: id, detail: '', ...life, issuedBy: null }
}

function makeEntry(): AuditEntry {
  const number = nextNumber()
  return {
    at: nextMoment(),
    event: 'session.started',
    outcome: 'done',
    actorId: `person-${number}`,
    subjectId: null,
    detail: `{"number":${number},"text":"Náme"}`,
    network: '203.0.113.0/24',
    addressHash: `hash-${number}`,
    address: '203.0.113.9',
    addressSalt: `salt-${number}`,
  }
}

function changeTo(record: StoredRecord): Change {
  return { key: keyOf(record), to: record }
}

async function* each(records: readonly StoredRecord[]): AsyncGenerator<StoredRecord> {
  yield* records
}

function expectAnswer(what: string, answer: unknown, expected: unknown): void {
  if (answer !== expected) throw new Error(`${what} was answered with ${String(answer)}, not ${String(expected)}`)
}
