// Tokens that work once or for a limited time: mailed links, codes, and short-lived facts about a user or a session.
// Owns how such a record is identified, written and read back. Knows no feature: each declares its purpose and detail.
import type { z } from 'zod'
import type { TokenRecord, TokenStore, TokenUse } from '../stores/types.ts'
import type { Clock } from './clock.ts'
import { sha256 } from './crypto/hash.ts'
import { newId, newToken } from './crypto/random.ts'

export interface OneTimeToken<Detail> extends Omit<TokenRecord, 'purpose' | 'detail'> {
  detail: Detail
}

/**
 * `key` is the secret that `issue` returned, or the subject that was given to `put`. Only its SHA-256 is stored.
 * A token reads as absent when it is missing, expired, dated in the future by a wrong clock, or when its detail does not
 * parse: another version of the site wrote it.
 */
export interface OneTimeTokens<Detail> {
  /** Stores a token under a new secret, which is returned once. */
  issue(
    subject: string,
    detail: Detail,
    options?: { issuedBy: string | null },
  ): Promise<{ secret: string; token: OneTimeToken<Detail> }>
  /** Stores a token under its subject, for uses that need no secret. */
  put(subject: string, detail: Detail, options?: { issuedBy: string | null }): Promise<void>
  /** Like `put`, but false when the store has a token of the subject, even an expired one: one of several callers wins. */
  add(subject: string, detail: Detail): Promise<boolean>
  find(key: string): Promise<OneTimeToken<Detail> | null>
  /** Finds and removes atomically: only one of several concurrent callers gets the token. */
  take(key: string): Promise<OneTimeToken<Detail> | null>
  /** Names the token for `UserStore.insert`, which uses it up in the step that creates the user. */
  asTokenUse(key: string): Pick<TokenUse, 'id' | 'purpose'>
  /** Newest first. */
  list(limit: number): Promise<OneTimeToken<Detail>[]>
  /** By record id. Returns false when the token was used, withdrawn or expired. */
  withdraw(id: string): Promise<boolean>
}

export function oneTimeTokens<Detail>(options: {
  store: TokenStore
  clock: Clock
  /** Stored with each token and part of its id: changing it voids every live token. */
  purpose: string
  lifeMs: number
  /** `z.undefined()` for tokens without detail. */
  detail: z.ZodType<Detail>
  /** By default a new token replaces the subject's live one, in one step. True lets a subject have several. */
  several?: true
}): OneTimeTokens<Detail> {
  const { store, clock, purpose, lifeMs, detail: schema, several } = options
  const idOf = (key: string) => sha256(`${purpose} ${key}`)

  function recordOf(id: string, subject: string, detail: Detail, issuedBy: string | null): TokenRecord {
    const createdAt = clock()
    // The store keeps one token of a purpose and subject; the suffix makes each subject unique.
    const stored = several ? `${subject} ${newId()}` : subject
    const text = JSON.stringify(detail) ?? ''
    return { id, purpose, subject: stored, detail: text, createdAt, expiresAt: createdAt + lifeMs, issuedBy }
  }

  async function write(id: string, subject: string, detail: Detail, issuedBy: string | null) {
    const record = recordOf(id, subject, detail, issuedBy)
    await store.put(record)
    const { purpose: _, ...token } = record
    return { ...token, subject, detail }
  }

  function read(record: TokenRecord | null): OneTimeToken<Detail> | null {
    if (record === null) return null
    const { purpose: _, ...token } = record
    const detail = schema.safeParse(parseJson(record.detail))
    const subject = several ? record.subject.slice(0, record.subject.lastIndexOf(' ')) : record.subject
    return detail.success ? { ...token, subject, detail: detail.data } : null
  }

  return {
    async issue(subject, detail, { issuedBy } = { issuedBy: null }) {
      const secret = newToken()
      return { secret, token: await write(idOf(secret), subject, detail, issuedBy) }
    },
    async put(subject, detail, { issuedBy } = { issuedBy: null }) {
      await write(idOf(subject), subject, detail, issuedBy)
    },
    add: (subject, detail) => store.add(recordOf(idOf(subject), subject, detail, null)),
    find: async (key) => read(await store.find(idOf(key), purpose, clock())),
    take: async (key) => read(await store.take(idOf(key), purpose, clock())),
    asTokenUse: (key) => ({ id: idOf(key), purpose }),
    list: async (limit) => (await store.list(purpose, clock(), limit)).map(read).filter((token) => token !== null),
    withdraw: async (id) => (await store.take(id, purpose, clock())) !== null,
  }
}

/** Undefined for empty or invalid text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
