// What works once, and the mails that wait to be sent, in memory and in tokens.json. A token that was taken, and a mail that was
// claimed, are so on the disk before anybody is told.

import { mailSchema, tokenSchema } from '#lib/stores/records.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import { isTokenLive, type MailRecord, type MailStore, type TokenRecord, type TokenStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { damaged } from './damage.ts'
import { encodeSections, loadSections, type Section, type StoredFile } from './document.ts'
import { Drafts } from './drafts.ts'
import { PagedRecords } from './paged-records.ts'

export interface TokenRecords {
  tokens: PagedRecords<TokenRecord>
  mails: PagedRecords<MailRecord>
}

const tokenSection: Section<TokenRecord> = { schema: tokenSchema, inFile: ({ id: _, ...rest }) => rest }
const mailSection: Section<MailRecord> = { schema: mailSchema, inFile: ({ id: _, ...rest }) => rest }

export async function loadTokens(file: StoredFile): Promise<TokenRecords> {
  // A file of an earlier version has no mails.
  const records = await loadSections(
    { ...file, value: { mails: {}, ...file.value } },
    { tokens: tokenSection, mails: mailSection },
  )
  const rival = findRepeatedKey(records)
  if (rival) throw damaged(file.path, `the record ${JSON.stringify(rival.id)} is for the same as another`)
  return records
}

export function findRepeatedKey({ tokens }: TokenRecords): TokenRecord | undefined {
  const seen = new Set<string>()
  return tokens.values().find((token) => seen.size === seen.add(liveKey(token)).size)
}

export function noTokens(): TokenRecords {
  return { tokens: new PagedRecords(tokenSection.inFile), mails: new PagedRecords(mailSection.inFile) }
}

export function encodeTokens({ tokens, mails }: TokenRecords): Promise<Buffer[]> {
  return encodeSections({ tokens, mails })
}

export interface TokenPart {
  store: TokenStore
  mailStore: MailStore
  queue: CommitQueue
  /** All that are on disk; the records themselves, which never change. */
  values(): Iterable<TokenRecord>
  mails(): Iterable<MailRecord>
  /** From here on these are the tokens, on disk as well. Only while the queue is held. */
  adopt(records: TokenRecords): void
}

export function createTokenPart(records: TokenRecords, options: Omit<CommitQueueOptions, 'content'>): TokenPart {
  let { tokens, mails, idByKey } = indexed(records)

  const queue = new CommitQueue({
    ...options,
    content: {
      encode: () => encodeTokens(records),
      accept() {
        tokens.accept()
        mails.accept()
      },
      undo() {
        tokens.undo()
        mails.undo()
      },
    },
  })

  const remove = (id: string) => {
    tokens.delete(id)
    queue.markUnsaved()
  }

  const store: TokenStore = {
    async put(token) {
      const added = tokenSchema.parse(token)
      requireTexts('token', added.id, added)
      return queue.run(() => {
        const twin = records.tokens.get(added.id)
        if (twin && liveKey(twin) !== liveKey(added)) throw new Error('A token with this id exists for something else.')
        const replaced = idByKey.get(liveKey(added))
        if (replaced !== undefined) remove(replaced)
        tokens.set(added)
        queue.markUnsaved()
      })
    },

    async take(id, purpose, at) {
      return queue.run(() => {
        const token = records.tokens.get(id)
        if (!token || token.purpose !== purpose || !isTokenLive(token, at)) return null
        remove(id)
        return { ...token }
      })
    },

    async find(id, purpose, at) {
      queue.requireOpen()
      const token = tokens.find(id)
      return token && token.purpose === purpose && isTokenLive(token, at) ? { ...token } : null
    },

    async list(purpose, at, limit) {
      queue.requireOpen()
      const found: TokenRecord[] = []
      for (const token of tokens.values())
        if (token.purpose === purpose && isTokenLive(token, at)) found.push({ ...token })
      return found.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, limit)
    },

    async deleteExpired(at) {
      return queue.run(() => {
        const expired = [...records.tokens.values()].filter((token) => !isTokenLive(token, at))
        for (const { id } of expired) remove(id)
        return expired.length
      })
    },

    async deleteIssuedBy(userId) {
      return queue.run(() => {
        const issued = [...records.tokens.values()].filter(({ issuedBy }) => issuedBy === userId)
        for (const { id } of issued) remove(id)
        return issued.length
      })
    },
  }

  const mailStore: MailStore = {
    async add(mail) {
      const added = mailSchema.parse(mail)
      requireTexts('mail', added.id, added)
      return queue.run(() => {
        if (records.mails.has(added.id)) throw new Error(`A mail with the id ${added.id} exists.`)
        mails.set(added)
        queue.markUnsaved()
      })
    },

    async claim(at, until, limit, latest = Number.POSITIVE_INFINITY) {
      return queue.run(() => {
        const due = [...records.mails.values()]
          .filter(({ dueAt }) => dueAt <= at || dueAt > latest)
          .toSorted((a, b) => a.dueAt - b.dueAt)
          .slice(0, limit)
          .map((mail) => {
            const { attempts, createdAt } = mail
            return { ...mail, dueAt: until, attempts: attempts + 1, createdAt: Math.min(createdAt, at) }
          })
        for (const mail of due) mails.set(mail)
        if (due.length > 0) queue.markUnsaved()
        return due.map((mail) => ({ ...mail }))
      })
    },

    async putOff(id, attempts, dueAt) {
      return queue.run(() => {
        const mail = records.mails.get(id)
        if (mail?.attempts !== attempts) return
        mails.set({ ...mail, dueAt })
        queue.markUnsaved()
      })
    },

    async remove(id) {
      return queue.run(() => {
        if (!records.mails.has(id)) return false
        mails.delete(id)
        queue.markUnsaved()
        return true
      })
    },

    async findNextDue() {
      queue.requireOpen()
      let next: number | null = null
      for (const { dueAt } of mails.values()) next = Math.min(dueAt, next ?? dueAt)
      return next
    },
  }

  return {
    store,
    mailStore,
    queue,
    values: () => tokens.values(),
    mails: () => mails.values(),
    adopt(adopted) {
      records = adopted
      ;({ tokens, mails, idByKey } = indexed(records))
    },
  }
}

/** The tokens, and which of them is live for a purpose and subject in the draft. */
function indexed(records: TokenRecords) {
  const idByKey = new Map<string, string>()
  const tokens = new Drafts(records.tokens, (before, after) => {
    // In an undo, the one that was replaced may be back already.
    if (before && idByKey.get(liveKey(before)) === before.id) idByKey.delete(liveKey(before))
    if (after) idByKey.set(liveKey(after), after.id)
  })
  return { tokens, mails: new Drafts(records.mails, () => {}), idByKey }
}

/** At most one token of these is live. */
function liveKey({ purpose, subject }: TokenRecord): string {
  return JSON.stringify([purpose, subject])
}
