// Records a store's operations and acknowledgements, and checks its content after a fault: every acknowledged write is
// present, and every other is completely present or absent.
import { isDeepStrictEqual } from 'node:util'
import type { StoredRecord } from '#lib/stores/types.ts'

/** The expected value of a key; null for none. */
export interface Change {
  key: string
  to: StoredRecord | null
}

export interface Entry {
  acknowledged(): void
  /** The store reported a failure. A fault at that moment may leave either state. */
  refused(): void
}

export interface Findings {
  /** Acknowledged, and missing or outdated. */
  lost: string[]
  /** A mixture of old and new, or half of related changes. */
  torn: string[]
  /** An ended session or a used token is live again. */
  revived: string[]
  /** No operation wrote it. */
  unexplained: string[]
}

export const nothingFound: Findings = { lost: [], torn: [], revived: [], unexplained: [] }

interface Pending {
  changes: readonly Change[]
}

/** A session and its end share a key, as do all tokens of one purpose and subject: at most one of them exists. */
export function keyOf({ kind, record }: StoredRecord): string {
  if (kind === 'token') return `token ${record.purpose} ${record.subject}`
  // The id is the place in the trail, which is unknown in advance.
  if (kind === 'audit') return `audit ${record.detail}`
  return `${kind === 'ended' ? 'session' : kind} ${record.id}`
}

export class WriteRecord {
  /** Writes acknowledged since the last call. */
  count = 0
  /** The history of each key, oldest first; the last value is the expected one. */
  readonly #held = new Map<string, (StoredRecord | null)[]>()
  /** Requested and not acknowledged, in order. */
  readonly #pending = new Set<Pending>()
  readonly #pendingOfKey = new Map<string, Pending[]>()
  readonly #lastTouch = new Map<string, number>()

  /** Call before the operation: related changes. */
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
          // A later write supersedes a failed one.
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

  /** A touched session may have any time up to this: the last seconds may not be on disk. */
  touched(sessionId: string, at: number): void {
    this.#lastTouch.set(sessionId, Math.max(at, this.#lastTouch.get(sessionId) ?? 0))
  }

  /** The expected content, even if more is possible. */
  expected(key: string): StoredRecord | null {
    return this.#held.get(key)?.at(-1) ?? null
  }

  /** No failed or pending operation could have changed it. */
  isCertain(key: string): boolean {
    return this.#pendingFor(key).length === 0
  }

  /** The whole expected content. */
  records(): StoredRecord[] {
    return [...this.#held.values()].flatMap((held) => held.at(-1) ?? [])
  }

  /** Differences from the acknowledged content, even if explained by other operations. */
  differences(records: readonly StoredRecord[]): string[] {
    const found = new Map(records.map((record) => [keyOf(record), record]))
    const keys = new Set([...found.keys(), ...this.#held.keys()])
    return [...keys].filter((key) => !isSame(found.get(key) ?? null, this.expected(key)))
  }

  /** Checks a store after a fault. Its content is the expected one from then on. */
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

  /** A copy that continues from here. */
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

/** Ignores the last activity, which may be written later, and the end time, which is that of the first attempt. */
function isSame(a: StoredRecord | null, b: StoredRecord | null): boolean {
  return isDeepStrictEqual(withoutPlace(a), withoutPlace(b))
}

/** Without fields that the store adds or may have slightly outdated. */
function withoutPlace(record: StoredRecord | null): unknown {
  if (record?.kind === 'audit') return { ...record, record: { ...record.record, seq: 0, previous: '', id: '' } }
  if (record?.kind === 'session') return { ...record, record: { ...record.record, lastActivityAt: 0 } }
  return record?.kind === 'ended' ? { ...record, record: { ...record.record, at: 0 } } : record
}
