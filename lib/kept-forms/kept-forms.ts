// A form that was posted after its session had ended: kept for the person who wrote it, until they have logged in again.
// Knows no requests; which fields may be kept is decided where the form is read.
import { z } from 'zod'
import { type Clock, minutes } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { isKeyedHash, keyedHash } from '../crypto/keyed-hash.ts'
import type { TokenStore } from '../stores/types.ts'

export type KeptFields = Record<string, string>

export interface PostedForm {
  /** The page that showed it. */
  path: string
  /** What `tagFor` gave for the session and person that it was shown to. */
  tag: string
  fields: KeptFields
}

export interface KeptForms {
  /** Ties a form to its session and person, so that it can still be told whose it is when the session is forgotten. */
  tagFor(sessionId: string, userId: string): string
  /** Keeps the form for the session that ended, in the place of an earlier one. Overlong forms are not kept. */
  keep(sessionId: string, form: PostedForm): Promise<void>
  /** After a log-in: hands what the ended session left to the new one, if the same person wrote it; otherwise wipes it. */
  handOver(from: string, to: { sessionId: string; userId: string }): Promise<void>
  /** What waits for this page, or null. */
  find(sessionId: string, path: string): Promise<KeptFields | null>
  /** Once it was saved. */
  forget(sessionId: string): Promise<void>
}

const purpose = 'kept-form'
const keptMs = minutes(30)
/** Several times the longest form of the site. */
const longestDetail = 30_000

const detailSchema = z.strictObject({ path: z.string(), tag: z.string(), fields: z.record(z.string(), z.string()) })

export function createKeptForms(deps: { tokens: TokenStore; clock: Clock; secrets: readonly string[] }): KeptForms {
  const { tokens, clock, secrets } = deps

  async function put(sessionId: string, form: PostedForm): Promise<void> {
    const detail = JSON.stringify(form)
    if (detail.length > longestDetail) return
    const now = clock()
    const life = { createdAt: now, expiresAt: now + keptMs }
    await tokens.put({ id: idOf(sessionId), purpose, subject: sessionId, detail, ...life, issuedBy: null })
  }

  return {
    tagFor: (sessionId, userId) => keyedHash(whose(sessionId, userId), purpose, secrets),
    keep: put,

    async handOver(from, to) {
      const kept = await tokens.take(idOf(from), purpose, clock())
      if (kept === null) return
      const form = detailSchema.parse(JSON.parse(kept.detail))
      if (!isKeyedHash(form.tag, whose(from, to.userId), purpose, secrets)) return
      await put(to.sessionId, { ...form, tag: keyedHash(whose(to.sessionId, to.userId), purpose, secrets) })
    },

    async find(sessionId, path) {
      const kept = await tokens.find(idOf(sessionId), purpose, clock())
      if (kept === null) return null
      const form = detailSchema.parse(JSON.parse(kept.detail))
      return form.path === path ? form.fields : null
    },

    async forget(sessionId) {
      // Nearly always there is nothing, and a look costs no write.
      if ((await tokens.find(idOf(sessionId), purpose, clock())) === null) return
      await tokens.take(idOf(sessionId), purpose, clock())
    },
  }
}

const idOf = (sessionId: string) => sha256(`${purpose} ${sessionId}`)
const whose = (sessionId: string, userId: string) => JSON.stringify([sessionId, userId])
