// What works once, in memory and in tokens.json. A token that was taken is gone from the disk before anybody is told.

import { damaged } from '#lib/stores/errors.ts'
import { tokenSchema } from '#lib/stores/records.ts'
import type { TokenRecord, TokenStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { encodeSections, loadSections, type Section, type StoredFile } from './document.ts'
import { Drafts } from './drafts.ts'
import { PagedRecords } from './paged-records.ts'

export type TokenRecords = PagedRecords<TokenRecord>

const section: Section<TokenRecord> = { schema: tokenSchema, inFile: ({ id: _, ...rest }) => rest }

export async function loadTokens(file: StoredFile): Promise<TokenRecords> {
  const { tokens } = await loadSections(file, { tokens: section })
  const rival = findRepeatedKey(tokens)
  if (rival) throw damaged(file.path, `the record ${JSON.stringify(rival.id)} is for the same as another`)
  return tokens
}

export function findRepeatedKey(tokens: TokenRecords): TokenRecord | undefined {
  const seen = new Set<string>()
  return tokens.values().find((token) => seen.size === seen.add(liveKey(token)).size)
}

export function noTokens(): TokenRecords {
  return new PagedRecords(section.inFile)
}

export function encodeTokens(tokens: TokenRecords): Promise<Buffer[]> {
  return encodeSections({ tokens })
}

export interface TokenPart {
  store: TokenStore
  queue: CommitQueue
  /** All that are on disk; the records themselves, which never change. */
  values(): Iterable<TokenRecord>
  /** From here on these are the tokens, on disk as well. Only while the queue is held. */
  adopt(records: TokenRecords): void
}

export function createTokenPart(records: TokenRecords, options: Omit<CommitQueueOptions, 'content'>): TokenPart {
  let { tokens, idByKey } = indexed(records)

  const queue = new CommitQueue({
    ...options,
    content: {
      encode: () => encodeTokens(records),
      accept: () => tokens.accept(),
      undo: () => tokens.undo(),
    },
  })

  const remove = (id: string) => {
    tokens.delete(id)
    queue.markUnsaved()
  }

  const store: TokenStore = {
    async put(token) {
      const added = tokenSchema.parse(token)
      return queue.run(() => {
        const twin = records.get(added.id)
        if (twin && liveKey(twin) !== liveKey(added)) throw new Error('A token with this id exists for something else.')
        const replaced = idByKey.get(liveKey(added))
        if (replaced !== undefined) remove(replaced)
        tokens.set(added)
        queue.markUnsaved()
      })
    },

    async take(id, purpose, at) {
      return queue.run(() => {
        const token = records.get(id)
        if (!token || token.purpose !== purpose || token.expiresAt <= at) return null
        remove(id)
        return { ...token }
      })
    },

    async find(id, purpose, at) {
      queue.requireOpen()
      const token = tokens.find(id)
      return token && token.purpose === purpose && token.expiresAt > at ? { ...token } : null
    },

    async deleteExpired(at) {
      return queue.run(() => {
        const expired = [...records.values()].filter(({ expiresAt }) => expiresAt <= at)
        for (const { id } of expired) remove(id)
        return expired.length
      })
    },
  }

  return {
    store,
    queue,
    values: () => tokens.values(),
    adopt(adopted) {
      records = adopted
      ;({ tokens, idByKey } = indexed(records))
    },
  }
}

/** The tokens, and which of them is live for a purpose and subject in the draft. */
function indexed(records: TokenRecords) {
  const idByKey = new Map<string, string>()
  const tokens = new Drafts(records, (before, after) => {
    // In an undo, the one that was replaced may be back already.
    if (before && idByKey.get(liveKey(before)) === before.id) idByKey.delete(liveKey(before))
    if (after) idByKey.set(liveKey(after), after.id)
  })
  return { tokens, idByKey }
}

/** At most one token of these is live. */
function liveKey({ purpose, subject }: TokenRecord): string {
  return JSON.stringify([purpose, subject])
}
