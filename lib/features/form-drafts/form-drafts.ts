// Keeps a form that was posted after its session ended, until its author logs in again. Knows no requests: the reader
// of the form decides which fields may be kept.
import { z } from 'zod'
import { type Clock, minutes } from '../../core/clock.ts'
import { isKeyedHash, keyedHash } from '../../core/crypto/keyed-hash.ts'
import { oneTimeTokens } from '../../core/one-time-tokens.ts'
import type { RateLimits } from '../../core/rate-limits/rate-limits.ts'
import type { TokenStore } from '../../stores/types.ts'

const detail = z.strictObject({
  /** The page that showed it. */
  path: z.string(),
  /** The result of `tagFor` for the session and user that it was shown to. */
  tag: z.string(),
  fields: z.record(z.string(), z.string()),
})

export type PostedForm = z.infer<typeof detail>
export type DraftFields = PostedForm['fields']

export interface FormDrafts {
  /** A value that identifies the author even after the session is gone: the user's id and a keyed hash. */
  tagFor(sessionId: string, userId: string): string
  /**
   * Stores the form for the ended session and replaces an earlier one. Skips long forms, tags that were not made for
   * this session, and more than three forms of one user in half an hour.
   */
  keep(sessionId: string, form: PostedForm): Promise<void>
  /**
   * After a log-in: moves the form of the ended session to the new one if the same user wrote it. Otherwise deletes it.
   */
  handOver(from: string, to: { sessionId: string; userId: string }): Promise<void>
  /** The draft for this page, or null. */
  find(sessionId: string, path: string): Promise<DraftFields | null>
  /** Call it when the form was saved. */
  forget(sessionId: string): Promise<void>
}

const purpose = 'kept-form'
/** In characters: several times the longest form of the site. */
const longestForm = 30_000

export function createFormDrafts(deps: {
  tokens: TokenStore
  rateLimits: RateLimits
  clock: Clock
  secrets: readonly string[]
}): FormDrafts {
  const { tokens: store, rateLimits, clock, secrets } = deps
  const forms = oneTimeTokens({ store, clock, purpose, lifeMs: minutes(30), detail })

  const tagFor = (sessionId: string, userId: string) =>
    `${userId}.${keyedHash(whose(sessionId, userId), purpose, secrets)}`

  /** The user in a tag that this site made for the session, or null. */
  function ownerOf(tag: string, sessionId: string): string | null {
    const end = tag.lastIndexOf('.')
    const userId = tag.slice(0, Math.max(end, 0))
    return isKeyedHash(tag.slice(end + 1), whose(sessionId, userId), purpose, secrets) ? userId : null
  }

  async function put(sessionId: string, form: PostedForm): Promise<void> {
    if (JSON.stringify(form).length <= longestForm) await forms.put(sessionId, form)
  }

  return {
    tagFor,

    async keep(sessionId, form) {
      const owner = ownerOf(form.tag, sessionId)
      if (owner === null || (await rateLimits.take('kept-form', owner)) > 0) return
      await put(sessionId, form)
    },

    async handOver(from, to) {
      const form = (await forms.take(from))?.detail
      if (form === undefined || ownerOf(form.tag, from) !== to.userId) return
      await put(to.sessionId, { ...form, tag: tagFor(to.sessionId, to.userId) })
    },

    async find(sessionId, path) {
      const form = (await forms.find(sessionId))?.detail
      return form?.path === path ? form.fields : null
    },

    async forget(sessionId) {
      // Usually there is none, and a read is cheaper than a write.
      if ((await forms.find(sessionId)) !== null) await forms.take(sessionId)
    },
  }
}

const whose = (sessionId: string, userId: string) => JSON.stringify([sessionId, userId])
