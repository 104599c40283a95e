// The load: concurrent sign-ups, profile edits, log-ins, activity, log-outs and codes on one store, chosen by a seed
// and recorded.
import type { SessionRecord, Stores, UserRecord } from '#lib/stores/types.ts'
import { createOperations, makePerson, makeSession, type Outcome } from './operations.ts'
import type { Random } from './random.ts'
import type { WriteRecord } from './write-record.ts'

/** Enough that some commits are shared, few enough that not all are. */
const writers = 8
/** Bounds the store's growth, which would slow down the last of hundreds of rounds. */
const enoughPeople = 1500
const enoughSessions = 500

export interface Load {
  /**
   * Resolves when every writer has stopped, because of this call or because the process is gone. Rejects when an answer
   * was wrong.
   */
  stop(): Promise<void>
}

export function startLoad(stores: Stores, written: WriteRecord, random: Random): Load {
  const operations = createOperations(stores, written)
  const busy = new Set<string>()
  const people: string[] = []
  const sessions: string[] = []
  for (const { kind, record } of written.records()) {
    if (kind === 'user') people.push(record.id)
    if (kind === 'session') sessions.push(record.id)
  }
  let isStopped = false

  async function signUp(): Promise<Outcome> {
    const person = makePerson()
    const outcome = await operations.signUp(person)
    if (outcome === 'done') people.push(person.id)
    return outcome
  }

  async function logIn(person: UserRecord): Promise<Outcome> {
    const session = makeSession(person)
    const outcome = await operations.logIn(person, session)
    if (outcome === 'done') sessions.push(session.id)
    return outcome
  }

  async function logOut(session: SessionRecord): Promise<Outcome> {
    // Even a rejected end may be effective in this process.
    sessions.splice(sessions.indexOf(session.id), 1)
    return operations.logOut(session)
  }

  /** One operation on a record that no other writer uses. */
  async function one(): Promise<Outcome> {
    const choice = random.below(100)
    const person = pick('user', people)
    const session = pick('session', sessions)
    if (!person || (choice < 35 && people.length < enoughPeople)) return signUp()
    return alone(person.id, () => {
      if (choice < 60) return operations.saveProfile(person)
      if (choice < 75 && sessions.length < enoughSessions) return logIn(person)
      if (choice < 88 && session) return alone(session.id, () => logOut(session))
      if (choice < 92 && session) return alone(session.id, () => operations.act(session))
      if (choice < 94) return operations.signUpAgain(person)
      if (choice < 96) return operations.note()
      return choice < 98 ? operations.giveCode(person) : operations.redeemCode(person)
    })
  }

  async function alone(key: string, work: () => Promise<Outcome>): Promise<Outcome> {
    busy.add(key)
    try {
      return await work()
    } finally {
      busy.delete(key)
    }
  }

  function pick(kind: 'user', ids: readonly string[]): UserRecord | null
  function pick(kind: 'session', ids: readonly string[]): SessionRecord | null
  function pick(kind: 'user' | 'session', ids: readonly string[]): object | null {
    const id = random.oneOf(ids)
    if (id === undefined || busy.has(id)) return null
    const stored = written.expected(`${kind} ${id}`)
    return stored?.kind === kind ? stored.record : null
  }

  async function write(): Promise<void> {
    while (!isStopped && (await one()) !== 'unanswered');
  }

  const running = Promise.allSettled(Array.from({ length: writers }, write))
  return {
    async stop() {
      isStopped = true
      for (const outcome of await running) if (outcome.status === 'rejected') throw outcome.reason
    },
  }
}
