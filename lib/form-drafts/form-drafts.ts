// A form that was posted after its session had ended: kept for the person who wrote it, until they have logged in again.
// Knows no requests; which fields may be kept is decided where the form is read.
import { z } from 'zod'
import { type Clock, minutes } from '../clock.ts'
import { oneTimeTokens } from '../core/one-time-tokens.ts'
import { isKeyedHash, keyedHash } from '../crypto/keyed-hash.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import type { TokenStore } from '../stores/types.ts'

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
  /** Says whose form it is and proves it, also when the session is forgotten: the user's id and a keyed hash. */
  tagFor(sessionId: string, userId: string): string
  /**
   * Keeps the form for the session that ended, in the place of an earlier one. Not kept are overlong forms, those whose tag
   * was not made for this session, and more than three of one user in half an hour.
   */
  keep(sessionId: string, form: PostedForm): Promise<void>
  /** After a log-in: hands what the ended session left to the new one, if the same person wrote it; otherwise wipes it. */
  handOver(from: string, to: { sessionId: string; userId: string }): Promise<void>
  /** What waits for this page, or null. */
  find(sessionId: string, path: string): Promise<DraftFields | null>
  /** Once it was saved. */
  forget(sessionId: string): Promise<void>
}

const purpose = 'kept-form'
/** In characters: several times the longest form of the site. */
const longestForm = 30_000

export function createFormDrafts(deps: {
  tokens: TokenStore
  limits: RateLimits
  clock: Clock
  secrets: readonly string[]
}): FormDrafts {
  const { tokens: store, limits, clock, secrets } = deps
  const forms = oneTimeTokens({ store, clock, purpose, lifeMs: minutes(30), detail })

  const tagFor = (sessionId: string, userId: string) =>
    `${userId}.${keyedHash(whose(sessionId, userId), purpose, secrets)}`

  /** The user for whom this site made the tag, or null. */
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
      if (owner === null || (await limits.take('kept-form', owner)) > 0) return
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
