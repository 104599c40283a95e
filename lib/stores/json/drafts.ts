// Records with two states: operations change the draft, and readers see what is on disk until a commit writes the
// draft.

import type { PagedRecords } from './paged-records.ts'

/** Called for every change of the draft and every undo; `undefined` when the record does not exist. */
export type IndexChange<Kept> = (before: Kept | undefined, after: Kept | undefined) => void

/** Records are replaced and never modified, so readers may keep them. */
export class Drafts<Kept extends { id: string }> {
  readonly #records: PagedRecords<Kept>
  readonly #index: IndexChange<Kept>
  /** The state on disk of records that differ in the draft. */
  readonly #onDisk = new Map<string, Kept | undefined>()

  constructor(records: PagedRecords<Kept>, index: IndexChange<Kept>) {
    this.#records = records
    this.#index = index
    for (const record of records.values()) index(undefined, record)
  }

  /** The records on disk. */
  find(id: string): Kept | undefined {
    return this.#onDisk.has(id) ? this.#onDisk.get(id) : this.#records.get(id)
  }

  /** An iteration may pause while records are added and replaced, but not while any is deleted. */
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

  /** The draft is on disk. Returns the ids of new records. */
  accept(): string[] {
    const changed = [...this.#onDisk.keys()]
    this.#onDisk.clear()
    return changed
  }

  /** Discards the draft. */
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
