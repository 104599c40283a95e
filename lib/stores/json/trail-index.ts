// The index of the audit trail: the position of each entry and what searches need, about 40 bytes an entry in a few
// typed arrays. A long trail then costs little memory and no garbage collection.

import type { AuditCount, AuditEntry, AuditQuery, AuditRecord } from '#lib/stores/types.ts'

type Outcome = AuditEntry['outcome']
type Column = Float64Array | Uint32Array | Uint8Array

const firstCapacity = 1024
/** More than any code. Bucket and kind together still make one exact number. */
const kindsAtMost = 2 ** 20

export class TrailIndex {
  #length = 0
  /** One more than there are entries: the last is the end of the file. */
  #starts = new Float64Array(firstCapacity + 1)
  #seqs = new Float64Array(firstCapacity)
  #times = new Float64Array(firstCapacity)
  /** A number for the event, and one bit for the outcome. */
  #kinds = new Uint32Array(firstCapacity)
  /** Hashes of ids. A match must be checked against the entry. */
  #actors = new Uint32Array(firstCapacity)
  #subjects = new Uint32Array(firstCapacity)
  #addresses = new Uint8Array(firstCapacity)
  readonly #events: EventNames

  /** `like` is an index of the same entries, some of which are copied into this one. */
  constructor(like?: TrailIndex) {
    this.#events = like === undefined ? new EventNames() : like.#events
  }

  get length(): number {
    return this.#length
  }

  /** In bytes. */
  get fileSize(): number {
    return this.#starts[this.#length] ?? 0
  }

  add({ seq, at, event, outcome, actorId, subjectId, address }: AuditRecord, lineBytes: number): void {
    const place = this.#next(lineBytes)
    this.#seqs[place] = seq
    this.#times[place] = at
    this.#kinds[place] = kindOf(this.#events.numberOf(event), outcome)
    this.#actors[place] = hashOf(actorId)
    this.#subjects[place] = hashOf(subjectId)
    this.#addresses[place] = address === '' ? 0 : 1
  }

  /** Adds an entry of another index; its line may now have another length. */
  addFrom(other: TrailIndex, from: number, lineBytes: number, hasAddress = other.hasAddress(from)): void {
    const place = this.#next(lineBytes)
    this.#seqs[place] = other.seq(from)
    this.#times[place] = other.at(from)
    this.#kinds[place] = other.#kinds[from] ?? 0
    this.#actors[place] = other.#actors[from] ?? 0
    this.#subjects[place] = other.#subjects[from] ?? 0
    this.#addresses[place] = hasAddress ? 1 : 0
  }

  /** The byte offset of the entry's line. One past the last is the end of the file. */
  start(place: number): number {
    return this.#starts[place] ?? 0
  }

  seq(place: number): number {
    return this.#seqs[place] ?? 0
  }

  at(place: number): number {
    return this.#times[place] ?? 0
  }

  hasAddress(place: number): boolean {
    return this.#addresses[place] === 1
  }

  /** Counts events and outcomes per time bucket from this place on. Fast enough for all entries. */
  count(events: readonly string[], fromPlace: number, since: number, partMs: number): AuditCount[] {
    const wanted = new Set(events.map((event) => this.#events.find(event)))
    const counts = new Map<number, number>()
    for (let place = fromPlace; place < this.#length; place++) {
      const kind = this.#kinds[place] ?? 0
      const at = this.at(place)
      if (at < since || !wanted.has(kind >> 1)) continue
      const key = Math.floor((at - since) / partMs) * kindsAtMost + kind
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return [...counts].map(([key, count]) => {
      const kind = key % kindsAtMost
      const outcome = kind & 1 ? 'refused' : 'done'
      return { event: this.#events.name(kind >> 1), outcome, part: Math.floor(key / kindsAtMost), count }
    })
  }

  /** The first place with at least this sequence number, or the number of entries. */
  firstFrom(seq: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.seq(middle) >= seq) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Whether the entry may match. A hash collision can match an entry of another user. */
  matcher({ event, outcome, personId, since, until }: Omit<AuditQuery, 'before' | 'limit'>) {
    const number = event === null ? null : this.#events.find(event)
    const person = personId === null ? null : hashOf(personId)
    return (place: number): boolean => {
      const kind = this.#kinds[place] ?? 0
      if (number !== null && kind >> 1 !== number) return false
      if (outcome !== null && (kind & 1) !== (outcome === 'refused' ? 1 : 0)) return false
      if (person !== null && this.#actors[place] !== person && this.#subjects[place] !== person) return false
      const at = this.at(place)
      return (since === null || at >= since) && (until === null || at < until)
    }
  }

  /**
   * The newest place before this one of each actor, the newest first. A hash collision can give the place of another
   * actor.
   */
  latestBy(actorIds: Iterable<string>, before: number): number[] {
    const hashes = new Set(Array.from(actorIds, hashOf))
    const places: number[] = []
    for (let place = before - 1; place >= 0 && hashes.size > 0; place--) {
      if (hashes.delete(this.#actors[place] ?? 0)) places.push(place)
    }
    return places
  }

  #next(lineBytes: number): number {
    const place = this.#length++
    if (place >= this.#seqs.length) this.#grow(Math.ceil(place * 1.5))
    this.#starts[place + 1] = this.start(place) + lineBytes
    return place
  }

  #grow(capacity: number): void {
    this.#starts = copied(this.#starts, new Float64Array(capacity + 1))
    this.#seqs = copied(this.#seqs, new Float64Array(capacity))
    this.#times = copied(this.#times, new Float64Array(capacity))
    this.#kinds = copied(this.#kinds, new Uint32Array(capacity))
    this.#actors = copied(this.#actors, new Uint32Array(capacity))
    this.#subjects = copied(this.#subjects, new Uint32Array(capacity))
    this.#addresses = copied(this.#addresses, new Uint8Array(capacity))
  }
}

/** About forty events, named by the code. */
class EventNames {
  readonly #names: string[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(event: string): number {
    const known = this.#numbers.get(event)
    if (known !== undefined) return known
    this.#numbers.set(event, this.#names.length)
    return this.#names.push(event) - 1
  }

  /** -1 for an event that never happened. */
  find(event: string): number {
    return this.#numbers.get(event) ?? -1
  }

  name(number: number): string {
    return this.#names[number] ?? ''
  }
}

function kindOf(event: number, outcome: Outcome): number {
  return event * 2 + (outcome === 'refused' ? 1 : 0)
}

function copied<Kind extends Column>(from: Kind, to: Kind): Kind {
  to.set(from)
  return to
}

/** 32-bit FNV-1a; 0 for null. */
function hashOf(id: string | null): number {
  if (id === null) return 0
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
