// Records by key, cut into pages that remember their JSON: a commit encodes the pages that changed and no others.

import { setImmediate as nextTurn } from 'node:timers/promises'

/** Large enough for few writes, small enough to encode in a fraction of a millisecond. */
const recordsPerPage = 256
const pagesPerTurn = 4

interface Page<Value> {
  values: Map<string, Value>
  /** Every record as `,\n"key":{…}`; null once a record has changed. */
  encoded: Buffer | null
}

export class PagedRecords<Value> {
  readonly #pages = new Set<Page<Value>>()
  readonly #pageOf = new Map<string, Page<Value>>()
  #lastPage: Page<Value> | null = null

  get size(): number {
    return this.#pageOf.size
  }

  has(key: string): boolean {
    return this.#pageOf.has(key)
  }

  /** The value itself, not a copy: after changing it, `set` it again. */
  get(key: string): Value | undefined {
    return this.#pageOf.get(key)?.values.get(key)
  }

  set(key: string, value: Value): void {
    const page = this.#pageOf.get(key) ?? this.#pageWithRoom()
    page.values.set(key, value)
    page.encoded = null
    this.#pageOf.set(key, page)
  }

  delete(key: string): boolean {
    const page = this.#pageOf.get(key)
    if (!page) return false
    this.#pageOf.delete(key)
    page.values.delete(key)
    page.encoded = null
    if (page.values.size === 0 && page !== this.#lastPage) this.#pages.delete(page)
    return true
  }

  *entries(): Generator<[string, Value]> {
    for (const page of this.#pages) yield* page.values
  }

  /**
   * One record a line, with a comma between two. Lets the event loop turn between pages: every change made before
   * the call is in the answer, a change made meanwhile may be or not.
   */
  async encode(): Promise<Buffer[]> {
    const chunks: Buffer[] = []
    let fresh = 0
    for (const page of this.#pages) {
      if (page.encoded === null && ++fresh % pagesPerTurn === 0) await nextTurn()
      if (page.values.size === 0) continue
      page.encoded ??= encodePage(page.values)
      const isFirst = chunks.length === 0
      chunks.push(isFirst ? page.encoded.subarray(separatorLength) : page.encoded)
    }
    return chunks
  }

  #pageWithRoom(): Page<Value> {
    if (this.#lastPage && this.#lastPage.values.size < recordsPerPage) return this.#lastPage
    this.#lastPage = { values: new Map(), encoded: null }
    this.#pages.add(this.#lastPage)
    return this.#lastPage
  }
}

const separator = ',\n'
const separatorLength = separator.length

function encodePage<Value>(values: Map<string, Value>): Buffer {
  let text = ''
  for (const [key, value] of values) text += `${separator}${JSON.stringify(key)}:${JSON.stringify(value)}`
  return Buffer.from(text)
}
