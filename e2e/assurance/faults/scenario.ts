// One of each operation of users and operators in sequence, short enough to be interrupted at every system call.
import type { SessionRecord, StoredRecord, Stores, UserRecord } from '#lib/stores/types.ts'
import { createOperations, makePerson, makeSession, makeToken, type Operations, type Outcome } from './operations.ts'
import { type StartOptions, startStore, Unanswered } from './store-process.ts'
import type { Subject } from './subjects.ts'
import type { WriteRecord } from './write-record.ts'

/** One operation, which can be retried after a rejection. */
export type Step = (operations: Operations) => Promise<Outcome>

export function makeScenario(): Step[] {
  const [ada, bob] = [makePerson(), makePerson()]
  const [staying, leaving] = [makeSession(ada), makeSession(bob)]
  const other = makeOther()
  return [
    ({ signUp }) => signUp(ada),
    ({ signUp }) => signUp(bob),
    ({ saveProfile }) => saveProfile(ada),
    ({ logIn }) => logIn(ada, staying),
    ({ logIn }) => logIn(bob, leaving),
    ({ act }) => act(staying),
    ({ logOut }) => logOut(leaving),
    ({ note }) => note(),
    ({ note }) => note(),
    ({ giveCode }) => giveCode(bob),
    ({ giveCode }) => giveCode(bob),
    ({ redeemCode }) => redeemCode(bob),
    ({ replaceAll }) => replaceAll(other.records),
    ({ signUp }) => signUp(ada),
    ({ saveProfile }) => saveProfile(other.person),
    ({ logOut }) => logOut(other.session),
    ({ note }) => note(),
  ]
}

/** The records that a back-up could contain. */
function makeOther(): { person: UserRecord; session: SessionRecord; records: StoredRecord[] } {
  const person = makePerson()
  const session = makeSession(person)
  const records: StoredRecord[] = [
    { kind: 'user', record: person },
    { kind: 'session', record: session },
    { kind: 'ended', record: { id: 'session-0', reason: 'signed-out', at: person.createdAt } },
    { kind: 'token', record: makeToken(person) },
  ]
  return { person, session, records }
}

/**
 * Rejects with Unanswered when the process ended. Calls `onRefusal` for a rejected step and retries it once, which must
 * succeed. Without it, no step may be rejected.
 */
export async function runSteps(
  steps: readonly Step[],
  stores: Stores,
  written: WriteRecord,
  onRefusal?: () => Promise<void>,
): Promise<void> {
  const operations = createOperations(stores, written)
  for (const [n, step] of steps.entries()) {
    let outcome = await step(operations)
    if (outcome === 'refused' && onRefusal) {
      await onRefusal()
      outcome = await step(operations)
    }
    if (outcome === 'unanswered') throw new Unanswered(`The process ended at step ${n}.`)
    if (outcome === 'refused') throw new Error(`Step ${n} was refused, though nothing is wrong with the disk now.`)
  }
}

/** Starts the store, runs every step and closes it. Resolves with false when the process was killed. */
export function runScenario(subject: Subject, written: WriteRecord, options: StartOptions): Promise<boolean> {
  return survives(async () => {
    const { stores } = await startStore(subject.location, options)
    await runSteps(makeScenario(), stores, written)
    await stores.close()
  })
}

/** Whether the process survives this. */
export async function survives(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (cause) {
    if (cause instanceof Unanswered) return false
    throw cause
  }
}
