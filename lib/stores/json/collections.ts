// The kinds without operations of their own, in memory and in tokens.json. A put or take resolves when it is on disk.

import { isAmong } from '#lib/stores/collection.ts'
import { declarationOf, keyOf, kindsIn, type RecordOf } from '#lib/stores/kinds.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import type { Collection } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { Drafts } from './drafts.ts'
import type { PagedRecords } from './paged-records.ts'
import { encodeRecords, type Records } from './record-files.ts'

/** Records that are temporarily not on disk and still count. */
export interface Aside<Kept> {
  values(): Kept[]
  /** They no longer count. */
  drop(matches: (record: Kept) => boolean): void
}

/** A collection with operations that run in one step of its file's queue. */
export interface JsonCollection<Kept> extends Collection<Kept> {
  /** The draft, which the next commit writes. */
  draft: {
    get(id: string): Kept | undefined
    values(): Iterable<Kept>
    set(record: Kept): void
    delete(id: string): void
  }
  /** All records on disk. They are not copies and never change. */
  values(): Iterable<Kept>
}

const collectionKinds = kindsIn('tokens.json')
/** Those in memory. */
export type JsonCollectionKind = (typeof collectionKinds)[number]

type JsonCollections = { [Name in JsonCollectionKind]: JsonCollection<RecordOf<Name>> }

export interface CollectionPart {
  collections: JsonCollections
  queue: CommitQueue
  /** The records on disk now. */
  snapshot(): { [Name in JsonCollectionKind]: RecordOf<Name>[] }
  /** Makes these the records, in memory and on disk. Call it only while the queue is held. */
  adopt(records: Pick<Records, JsonCollectionKind>): void
}

export function createCollections(
  records: Pick<Records, JsonCollectionKind>,
  asides: { [Name in JsonCollectionKind]?: Aside<RecordOf<Name>> },
  options: Omit<CommitQueueOptions, 'content'>,
): CollectionPart {
  const parts: ReturnType<typeof createCollection>[] = []
  const queue = new CommitQueue({
    ...options,
    content: {
      encode: () => encodeRecords('tokens.json', records),
      accept() {
        for (const { drafts } of parts) drafts().accept()
      },
      undo() {
        for (const { drafts } of parts) drafts().undo()
      },
    },
  })
  const entries = collectionKinds.map((name) => {
    const part = createCollection(name, () => records[name] as never, queue, asides[name] as never)
    parts.push(part)
    return [name, part.collection]
  })
  return {
    collections: Object.fromEntries(entries) as unknown as JsonCollections,
    queue,
    snapshot: () => Object.fromEntries(parts.map(({ name, collection }) => [name, [...collection.values()]])) as never,
    adopt(adopted) {
      records = adopted
      for (const { adopt } of parts) adopt()
    },
  }
}

function createCollection<Name extends JsonCollectionKind>(
  name: Name,
  records: () => PagedRecords<RecordOf<Name>>,
  queue: CommitQueue,
  aside: Aside<RecordOf<Name>> = { values: () => [], drop() {} },
) {
  type Kept = RecordOf<Name>
  const { schema, label, unique: [unique] = [], expiry } = declarationOf(name)
  const keyIn = (record: Kept) => (unique === undefined ? null : keyOf(unique, record))
  let { drafts, idByKey } = indexed()

  function indexed() {
    const idByKey = new Map<string, string>()
    const drafts = new Drafts(records(), (before, after) => {
      const [old, key] = [before && keyIn(before), after && keyIn(after)]
      // During an undo, the replaced record may already be restored.
      if (before && old && idByKey.get(old) === before.id) idByKey.delete(old)
      if (after && key) idByKey.set(key, after.id)
    })
    return { drafts, idByKey }
  }

  const draft: JsonCollection<Kept>['draft'] = {
    get: (id) => records().get(id),
    values: () => records().values(),
    set(record) {
      drafts.set(record)
      queue.markUnsaved()
    },
    delete(id) {
      drafts.delete(id)
      queue.markUnsaved()
    },
  }

  function remove(matches: (record: Kept) => boolean): Promise<number> {
    return queue.run(() => {
      aside.drop(matches)
      const found = [...records().values()].filter(matches)
      for (const { id } of found) draft.delete(id)
      return found.length
    })
  }

  const collection: JsonCollection<Kept> = {
    draft,
    values: () => drafts.values(),

    async put(record) {
      // Validate and copy, so that every file can be read again.
      const added = schema.parse(record) as Kept
      requireTexts(name, added.id, added)
      const key = keyIn(added)
      return queue.run(() => {
        const twin = records().get(added.id)
        if (twin && (key === null || keyIn(twin) !== key)) throw new Error(`A ${label} with the id ${added.id} exists.`)
        aside.drop((other) => key !== null && keyIn(other) === key)
        const replaced = key === null ? undefined : idByKey.get(key)
        if (replaced !== undefined) draft.delete(replaced)
        draft.set(added)
      })
    },

    async add(record) {
      const added = schema.parse(record) as Kept
      requireTexts(name, added.id, added)
      return queue.run(() => {
        const key = keyIn(added)
        if (records().get(added.id) !== undefined || (key !== null && idByKey.has(key))) return false
        draft.set(added)
        return true
      })
    },

    async find(id, only = {}) {
      queue.requireOpen()
      const found = drafts.find(id) ?? aside.values().find((one) => one.id === id)
      return found && isAmong(name, found, only) ? structuredClone(found) : null
    },

    async take(id, only = {}) {
      return queue.run(() => {
        const found = records().get(id)
        if (!found || !isAmong(name, found, only)) return null
        draft.delete(id)
        return structuredClone(found)
      })
    },

    async list(only, limit) {
      queue.requireOpen()
      const found = [...drafts.values(), ...aside.values()].filter((record) => isAmong(name, record, only))
      const by = (record: Kept) => (record as Record<string, unknown>)[expiry?.since ?? 'id']
      return structuredClone(found.toSorted((a, b) => compare(by(b), by(a))).slice(0, limit))
    },

    deleteAll: async (fields) => remove((record) => isAmong(name, record, { fields })),
    deleteExpired: async (at) => (expiry ? remove((record) => !isAmong(name, record, { liveAt: at })) : 0),
  }
  return {
    name,
    collection,
    drafts: () => drafts,
    adopt() {
      aside.drop(() => true)
      ;({ drafts, idByKey } = indexed())
    },
  }
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return a === b ? 0 : String(a) < String(b) ? -1 : 1
}
