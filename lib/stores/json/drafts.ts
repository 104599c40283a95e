// Records that change in two steps: operations change the draft, and readers go on seeing what is on disk until the
// commit that wrote it.

import type { PagedRecords } from './paged-records.ts'

/** Called for every change of the draft, also when it is taken back: `undefined` where there is no such record. */
export type IndexChange<Kept> = (before: Kept | undefined, after: Kept | undefined) => void

/** Records are never changed themselves, only replaced: whoever was given one may go on reading it. */
export class Drafts<Kept extends { id: string }> {
  readonly #records: PagedRecords<Kept>
  readonly #index: IndexChange<Kept>
  /** What the disk holds of those that the draft has otherwise. */
  readonly #onDisk = new Map<string, Kept | undefined>()

  constructor(records: PagedRecords<Kept>, index: IndexChange<Kept>) {
    this.#records = records
    this.#index = index
    for (const record of records.values()) index(undefined, record)
  }

  /** What is on disk. */
  find(id: string): Kept | undefined {
    return this.#onDisk.has(id) ? this.#onDisk.get(id) : this.#records.get(id)
  }

  /** May be walked with pauses while records are added and replaced, but not while any are deleted. */
  *values(): Generator<Kept> {
    for (const drafted of this.#records.values()) {
      const record = this.#onDisk.has(drafted.id) ? this.#onDisk.get(drafted.id) : drafted
      if (record) yield record
    }
    for (const [id, record] of this.#onDisk) if (record && !this.#records.has(id)) yield record
  }

  set(record: Kept): void {
    this.#replace(record.id, record)
  }

  delete(id: string): void {
    this.#replace(id, undefined)
  }

  /** The draft is on disk. Gives the ids of what is new there. */
  accept(): string[] {
    const changed = [...this.#onDisk.keys()]
    this.#onDisk.clear()
    return changed
  }

  /** The draft never will be. */
  undo(): void {
    for (const [id, record] of this.#onDisk) this.#put(id, record)
    this.#onDisk.clear()
  }

  #replace(id: string, record: Kept | undefined): void {
    if (!this.#onDisk.has(id)) this.#onDisk.set(id, this.#records.get(id))
    this.#put(id, record)
  }

  #put(id: string, record: Kept | undefined): void {
    this.#index(this.#records.get(id), record)
    if (record) this.#records.set(record)
    else this.#records.delete(id)
  }
}
