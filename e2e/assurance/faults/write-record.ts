// What a store was asked, what it acknowledged, and whether what it holds after a fault can be explained by that: every
// acknowledged write there, every other one wholly there or wholly absent.
import { isDeepStrictEqual } from 'node:util'
import type { StoredRecord } from '#lib/stores/types.ts'

/** What one key is to hold; null for nothing. */
export interface Change {
  key: string
  to: StoredRecord | null
}

export interface Entry {
  acknowledged(): void
  /** The store said that it was not saved. A fault at that moment may still leave it either way. */
  refused(): void
}

export interface Findings {
  /** Acknowledged and not there, or there in an older form. */
  lost: string[]
  /** Neither the old nor the new: a mixture, or half of what belongs together. */
  torn: string[]
  /** An ended session, or a token that was used, is back. */
  revived: string[]
  /** Nobody ever asked for it. */
  unexplained: string[]
}

export const nothingFound: Findings = { lost: [], torn: [], revived: [], unexplained: [] }

interface Pending {
  changes: readonly Change[]
}

/** A session and its end share a key, as do all tokens of one purpose and subject: at most one of them exists. */
export function keyOf({ kind, record }: StoredRecord): string {
  if (kind === 'token') return `token ${record.purpose} ${record.subject}`
  // Its id says where in the trail it is, which nobody knows beforehand.
  if (kind === 'audit') return `audit ${record.detail}`
  return `${kind === 'ended' ? 'session' : kind} ${record.id}`
}

export class WriteRecord {
  /** Writes acknowledged since they were last taken. */
  count = 0
  /** What each key has held, oldest first; the last one is what it must hold now. */
  readonly #held = new Map<string, (StoredRecord | null)[]>()
  /** Asked for and not acknowledged, in the order of asking. */
  readonly #pending = new Set<Pending>()
  readonly #pendingOfKey = new Map<string, Pending[]>()
  readonly #lastTouch = new Map<string, number>()

  /** Before the store is asked: changes that belong together. */
  intend(...changes: Change[]): Entry {
    const pending = { changes }
    this.#pending.add(pending)
    for (const { key } of changes) this.#pendingOfKey.set(key, [...this.#pendingFor(key), pending])
    return {
      acknowledged: () => {
        if (changes.length > 0) this.count += 1
        this.#drop(pending)
        for (const { key, to } of changes) {
          this.#settle(key, to)
          // What was refused earlier is overtaken.
          for (const earlier of this.#pendingFor(key)) this.#drop(earlier)
        }
      },
      // It stays possible.
      refused: () => {},
    }
  }

  takeCount(): number {
    const { count } = this
    this.count = 0
    return count
  }

  /** A touched session may hold any time up to this: its last seconds need not be on disk. */
  touched(sessionId: string, at: number): void {
    this.#lastTouch.set(sessionId, Math.max(at, this.#lastTouch.get(sessionId) ?? 0))
  }

  /** What must be there now, whether or not more is possible. */
  expected(key: string): StoredRecord | null {
    return this.#held.get(key)?.at(-1) ?? null
  }

  /** Nothing that was refused, or is under way, could have changed it. */
  isCertain(key: string): boolean {
    return this.#pendingFor(key).length === 0
  }

  /** All that must be there now. */
  records(): StoredRecord[] {
    return [...this.#held.values()].flatMap((held) => held.at(-1) ?? [])
  }

  /** Where a store holds something else than what was acknowledged, be it asked for or not. */
  differences(records: readonly StoredRecord[]): string[] {
    const found = new Map(records.map((record) => [keyOf(record), record]))
    const keys = new Set([...found.keys(), ...this.#held.keys()])
    return [...keys].filter((key) => !isSame(found.get(key) ?? null, this.expected(key)))
  }

  /** Judges what a store holds after a fault. From then on that is what it must hold. */
  compare(records: readonly StoredRecord[]): Findings {
    const findings: Findings = { lost: [], torn: [], revived: [], unexplained: [] }
    const found = new Map<string, StoredRecord>()
    const usernames = new Set<string>()
    for (const record of records) {
      const key = keyOf(record)
      if (found.has(key)) findings.torn.push(`${key} is there twice`)
      found.set(key, record)
      if (record.kind !== 'user') continue
      if (usernames.has(record.record.username)) findings.torn.push(`the name ${record.record.username} is there twice`)
      usernames.add(record.record.username)
    }
    for (const key of new Set([...this.#held.keys(), ...found.keys()])) {
      this.#judge(key, found.get(key) ?? null, findings)
    }
    for (const { changes } of this.#pending) {
      const telling = changes.filter(({ key, to }) => !isSame(to, this.expected(key)))
      const done = telling.filter(({ key, to }) => isSame(to, found.get(key) ?? null))
      if (done.length > 0 && done.length < telling.length) {
        findings.torn.push(`${done.length} of ${telling.length} changes that belong together: ${done[0]?.key}`)
      }
    }
    this.#pending.clear()
    this.#pendingOfKey.clear()
    for (const [key, record] of found) if (!isSame(record, this.expected(key))) this.#settle(key, record)
    for (const key of this.#held.keys()) if (!found.has(key) && this.expected(key)) this.#settle(key, null)
    return findings
  }

  /** Another one that goes on from here. */
  copy(): WriteRecord {
    const copy = new WriteRecord()
    copy.count = this.count
    for (const [key, held] of this.#held) copy.#held.set(key, [...held])
    for (const { changes } of this.#pending) copy.intend(...changes)
    for (const [id, at] of this.#lastTouch) copy.#lastTouch.set(id, at)
    return copy
  }

  #pendingFor(key: string): Pending[] {
    return this.#pendingOfKey.get(key) ?? []
  }

  #drop(pending: Pending): void {
    this.#pending.delete(pending)
    for (const { key } of pending.changes) {
      const others = this.#pendingFor(key).filter((other) => other !== pending)
      if (others.length > 0) this.#pendingOfKey.set(key, others)
      else this.#pendingOfKey.delete(key)
    }
  }

  #settle(key: string, to: StoredRecord | null): void {
    const held = this.#held.get(key)
    if (held) held.push(to)
    else this.#held.set(key, [to])
  }

  #judge(key: string, found: StoredRecord | null, findings: Findings): void {
    const expected = this.expected(key)
    if (found?.kind === 'session') this.#judgeActivity(key, found.record, findings)
    if (isSame(found, expected)) return
    const possible = this.#pendingFor(key).flatMap(({ changes }) => changes.filter((change) => change.key === key))
    if (possible.some(({ to }) => isSame(to, found))) return
    const held = this.#held.get(key) ?? []
    const isOld = held.some((earlier) => isSame(earlier, found))
    if (found === null) findings.lost.push(key)
    else if (expected?.kind === 'ended' || (expected === null && isOld)) findings.revived.push(key)
    else if (isOld) findings.lost.push(`${key}: it is in an older form`)
    else if (held.length === 0) findings.unexplained.push(key)
    else findings.torn.push(`${key}: ${JSON.stringify(found.record)}`)
  }

  #judgeActivity(key: string, session: { createdAt: number; lastActivityAt: number; id: string }, findings: Findings) {
    const latest = this.#lastTouch.get(session.id) ?? session.createdAt
    if (session.lastActivityAt < session.createdAt || session.lastActivityAt > latest) {
      findings.torn.push(`${key} was last active at ${session.lastActivityAt}, which is not a time of its own`)
    }
  }
}

/** Apart from the time of the last activity, which may be written later, and of an end, which is that of the first try. */
function isSame(a: StoredRecord | null, b: StoredRecord | null): boolean {
  return isDeepStrictEqual(withoutPlace(a), withoutPlace(b))
}

/** Without what the store itself adds or may have a little older. */
function withoutPlace(record: StoredRecord | null): unknown {
  if (record?.kind === 'audit') return { ...record, record: { ...record.record, seq: 0, previous: '', id: '' } }
  if (record?.kind === 'session') return { ...record, record: { ...record.record, lastActivityAt: 0 } }
  return record?.kind === 'ended' ? { ...record, record: { ...record.record, at: 0 } } : record
}
