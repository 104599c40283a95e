// What works once, and the mails that wait to be sent, in memory and in tokens.json. A token that was taken, and a mail that was
// claimed, are so on the disk before anybody is told.

import { mailSchema, tokenSchema } from '#lib/stores/records.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import {
  type InsertOutcome,
  isTokenLive,
  type MailRecord,
  type MailStore,
  type TokenRecord,
  type TokenStore,
  type TokenUse,
} from '#lib/stores/types.ts'

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

/** How a user is made with a token. `check` is for what can be refused without touching the token. */
interface Consumer {
  check(): Promise<InsertOutcome | null>
  use(): Promise<InsertOutcome>
  /** Resolves when it is certain that `use`, which rejected, left nothing on the disk. */
  undo(): Promise<void>
}

export type ConsumeToken = (token: TokenUse, consumer: Consumer) => Promise<InsertOutcome>

/** A token that is off the disk while a user is made with it, or because that failed and it is not back yet. */
interface Held {
  token: TokenRecord
  /** Withdrawn or replaced meanwhile: it is never given back. */
  isRevoked: boolean
  /** The attempt that is under way: resolves to what came of it, null when it failed. */
  attempt: Promise<InsertOutcome | null> | null
}

export interface TokenPart {
  store: TokenStore
  mailStore: MailStore
  /**
   * Users and tokens are two files, so the token leaves the disk before the user is written to theirs: a crash in between
   * costs the token and never makes two users. A token whose user could not be made comes back, unless somebody
   * withdrew it meanwhile.
   */
  consume: ConsumeToken
  queue: CommitQueue
  /** All that are on disk; the records themselves, which never change. */
  values(): Iterable<TokenRecord>
  mails(): Iterable<MailRecord>
  /** From here on these are the tokens, on disk as well. Only while the queue is held. */
  adopt(records: TokenRecords): void
}

export function createTokenPart(records: TokenRecords, options: Omit<CommitQueueOptions, 'content'>): TokenPart {
  let { tokens, mails, idByKey } = indexed(records)
  const held = new Map<string, Held>()

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
        revokeHeld((token) => liveKey(token) === liveKey(added))
        const replaced = idByKey.get(liveKey(added))
        if (replaced !== undefined) remove(replaced)
        tokens.set(added)
        queue.markUnsaved()
      })
    },

    async take(id, purpose, at) {
      const taken = await queue.run(() => {
        const token = records.tokens.get(id)
        if (token) {
          if (!isGood(token, { id, purpose, at })) return null
          remove(id)
          return { ...token }
        }
        const withdrawn = held.get(id)
        if (!withdrawn || withdrawn.isRevoked || !isGood(withdrawn.token, { id, purpose, at })) return null
        revokeHeld((token) => token.id === id)
        return withdrawn
      })
      if (taken === null || !('attempt' in taken)) return taken
      // The attempt decides whether the token was used or withdrawn.
      return (await taken.attempt) === 'inserted' ? null : { ...taken.token }
    },

    async find(id, purpose, at) {
      queue.requireOpen()
      const token = tokens.find(id) ?? waiting().find((one) => one.id === id)
      return token && isGood(token, { id, purpose, at }) ? { ...token } : null
    },

    async list(purpose, at, limit) {
      queue.requireOpen()
      const found: TokenRecord[] = []
      for (const token of [...tokens.values(), ...waiting()])
        if (token.purpose === purpose && isTokenLive(token, at)) found.push({ ...token })
      return found.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, limit)
    },

    async deleteExpired(at) {
      return queue.run(() => {
        revokeHeld((token) => !isTokenLive(token, at))
        const expired = [...records.tokens.values()].filter((token) => !isTokenLive(token, at))
        for (const { id } of expired) remove(id)
        return expired.length
      })
    },

    async deleteIssuedBy(userId) {
      return queue.run(() => {
        revokeHeld((token) => token.issuedBy === userId)
        const issued = [...records.tokens.values()].filter(({ issuedBy }) => issuedBy === userId)
        for (const { id } of issued) remove(id)
        return issued.length
      })
    },
  }

  function revokeHeld(matches: (token: TokenRecord) => boolean): void {
    for (const one of held.values()) {
      if (!matches(one.token)) continue
      one.isRevoked = true
      if (one.attempt === null) held.delete(one.token.id)
    }
  }

  /** Not on the disk, and good all the same. */
  function waiting(): TokenRecord[] {
    return [...held.values()].filter(({ isRevoked }) => !isRevoked).map(({ token }) => token)
  }

  const consume: ConsumeToken = async (asked, { check, use, undo }) => {
    if ((await store.find(asked.id, asked.purpose, asked.at)) === null) return 'token_void'
    const refusal = await check()
    if (refusal !== null) return refusal
    const { promise: attempt, resolve: settle } = Promise.withResolvers<InsertOutcome | null>()
    const mine = await hold(asked, attempt)
    if (mine === null) return 'token_void'
    let outcome: InsertOutcome | null = null
    try {
      outcome = await use()
      return outcome
    } finally {
      if (outcome === 'inserted') held.delete(asked.id)
      else await giveBack(mine, outcome === null ? undo : null)
      mine.attempt = null
      settle(outcome)
    }
  }

  /** Takes the token off the disk. Null when it is void; waits while another attempt has it. */
  async function hold(asked: TokenUse, attempt: Held['attempt']): Promise<Held | null> {
    for (;;) {
      let wasOnDisk = false
      const answer = await queue
        .run(() => {
          const known = held.get(asked.id)
          if (known?.attempt) return { other: known.attempt }
          const token = known?.token ?? records.tokens.get(asked.id)
          if (!token || !isGood(token, asked)) return { mine: null }
          if (known) return { mine: Object.assign(known, { attempt }) }
          wasOnDisk = true
          remove(asked.id)
          const mine = { token, isRevoked: false, attempt }
          held.set(asked.id, mine)
          return { mine }
        })
        .catch((cause: unknown) => {
          // The commit failed: the token is where it was.
          const mine = held.get(asked.id)
          if (wasOnDisk) held.delete(asked.id)
          else if (mine?.attempt === attempt) mine.attempt = null
          throw cause
        })
      if ('mine' in answer) return answer.mine
      await answer.other
    }
  }

  /** What cannot be written back now is kept in memory, for the next attempt in this process. */
  async function giveBack(mine: Held, undo: (() => Promise<void>) | null): Promise<void> {
    const { token } = mine
    try {
      await undo?.()
      await queue.run(() => {
        if (mine.isRevoked) return
        tokens.set(token)
        queue.markUnsaved()
      })
      held.delete(token.id)
    } catch {
      if (mine.isRevoked) held.delete(token.id)
    }
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
    consume,
    queue,
    values: () => tokens.values(),
    mails: () => mails.values(),
    adopt(adopted) {
      records = adopted
      revokeHeld(() => true)
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

function isGood(token: TokenRecord, asked: TokenUse): boolean {
  return token.purpose === asked.purpose && isTokenLive(token, asked.at)
}

/** At most one token of these is live. */
function liveKey({ purpose, subject }: TokenRecord): string {
  return JSON.stringify([purpose, subject])
}
