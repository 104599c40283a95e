// A form that was posted after its session had ended: kept for the person who wrote it, until they have logged in again.
// Knows no requests; which fields may be kept is decided where the form is read.
import { z } from 'zod'
import { type Clock, minutes } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { isKeyedHash, keyedHash } from '../crypto/keyed-hash.ts'
import type { Limits } from '../limits/limits.ts'
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
  find(sessionId: string, path: string): Promise<KeptFields | null>
  /** Once it was saved. */
  forget(sessionId: string): Promise<void>
}

const purpose = 'kept-form'
const keptMs = minutes(30)
/** Several times the longest form of the site. */
const longestDetail = 30_000

const detailSchema = z.strictObject({ path: z.string(), tag: z.string(), fields: z.record(z.string(), z.string()) })

export function createKeptForms(deps: {
  tokens: TokenStore
  limits: Limits
  clock: Clock
  secrets: readonly string[]
}): KeptForms {
  const { tokens, limits, clock, secrets } = deps

  const tagFor = (sessionId: string, userId: string) =>
    `${userId}.${keyedHash(whose(sessionId, userId), purpose, secrets)}`

  /** The user for whom this site made the tag, or null. */
  function ownerOf(tag: string, sessionId: string): string | null {
    const end = tag.lastIndexOf('.')
    const userId = tag.slice(0, Math.max(end, 0))
    return isKeyedHash(tag.slice(end + 1), whose(sessionId, userId), purpose, secrets) ? userId : null
  }

  async function put(sessionId: string, form: PostedForm): Promise<void> {
    const detail = JSON.stringify(form)
    if (detail.length > longestDetail) return
    const now = clock()
    const life = { createdAt: now, expiresAt: now + keptMs }
    await tokens.put({ id: idOf(sessionId), purpose, subject: sessionId, detail, ...life, issuedBy: null })
  }

  return {
    tagFor,

    async keep(sessionId, form) {
      const owner = ownerOf(form.tag, sessionId)
      if (owner === null || (await limits.take('kept-form', owner)) > 0) return
      await put(sessionId, form)
    },

    async handOver(from, to) {
      const kept = await tokens.take(idOf(from), purpose, clock())
      if (kept === null) return
      const form = detailSchema.parse(JSON.parse(kept.detail))
      if (ownerOf(form.tag, from) !== to.userId) return
      await put(to.sessionId, { ...form, tag: tagFor(to.sessionId, to.userId) })
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
