// Records by id, in pages that cache their JSON: a commit encodes only changed pages.

import { setImmediate as nextTurn } from 'node:timers/promises'

/** Large enough for few writes, small enough to encode in a fraction of a millisecond. */
const recordsPerPage = 256
const pagesPerTurn = 4

/** A record and its place. The caller that changes the record calls `changed` and needs no second look-up. */
export interface Entry<Kept> {
  record: Kept
  readonly page: Page<Kept>
}

interface Page<Kept> {
  entries: Entry<Kept>[]
  /** Every record as `,\n"id":{…}`; null once a record has changed. */
  encoded: Buffer | null
}

export class PagedRecords<Kept extends { id: string }> {
  readonly #inFile: (record: Kept) => object
  readonly #pages = new Set<Page<Kept>>()
  readonly #entries = new Map<string, Entry<Kept>>()
  #lastPage: Page<Kept> | null = null

  /** `inFile` returns the stored form without the id. */
  constructor(inFile: (record: Kept) => object) {
    this.#inFile = inFile
  }

  get size(): number {
    return this.#entries.size
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  /** The record itself, not a copy. */
  get(id: string): Kept | undefined {
    return this.#entries.get(id)?.record
  }

  entry(id: string): Entry<Kept> | undefined {
    return this.#entries.get(id)
  }

  changed({ page }: Entry<Kept>): void {
    page.encoded = null
  }

  set(record: Kept): void {
    const known = this.#entries.get(record.id)
    if (known) {
      known.record = record
      known.page.encoded = null
      return
    }
    const page = this.#pageWithRoom()
    const entry = { record, page }
    page.entries.push(entry)
    page.encoded = null
    this.#entries.set(record.id, entry)
  }

  delete(id: string): boolean {
    const entry = this.#entries.get(id)
    if (!entry) return false
    const { page } = entry
    this.#entries.delete(id)
    page.entries.splice(page.entries.indexOf(entry), 1)
    page.encoded = null
    if (page.entries.length === 0 && page !== this.#lastPage) this.#pages.delete(page)
    return true
  }

  /** Iterates while records come and go. A record that exists throughout is visited once. */
  *values(): Generator<Kept> {
    for (const { record } of this.#entries.values()) yield record
  }

  /**
   * One record a line, separated by commas. Yields to the event loop between pages: the result has every change from
   * before the call and may have later ones.
   */
  async encode(): Promise<Buffer[]> {
    const chunks: Buffer[] = []
    let fresh = 0
    for (const page of this.#pages) {
      if (page.encoded === null && ++fresh % pagesPerTurn === 0) await nextTurn()
      if (page.entries.length === 0) continue
      page.encoded ??= this.#encodePage(page)
      const isFirst = chunks.length === 0
      chunks.push(isFirst ? page.encoded.subarray(separatorLength) : page.encoded)
    }
    return chunks
  }

  #encodePage({ entries }: Page<Kept>): Buffer {
    let text = ''
    for (const { record } of entries) {
      text += `${separator}${JSON.stringify(record.id)}:${JSON.stringify(this.#inFile(record))}`
    }
    return Buffer.from(text)
  }

  #pageWithRoom(): Page<Kept> {
    if (this.#lastPage && this.#lastPage.entries.length < recordsPerPage) return this.#lastPage
    this.#lastPage = { entries: [], encoded: null }
    this.#pages.add(this.#lastPage)
    return this.#lastPage
  }
}

const separator = ',\n'
const separatorLength = separator.length
