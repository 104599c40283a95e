// A user's profile picture. The record has the image, and the user its version, so that pages know without reading more.
import type { Clock } from '../../core/clock.ts'
import { sha256 } from '../../core/crypto/hash.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { Collections, UserStore } from '../../stores/types.ts'
import { cleanImage, type ImageFault, type ImageType, imageTypeOf } from './image.ts'

export interface Picture {
  bytes: Buffer
  type: ImageType
  version: string
}

export interface Pictures {
  /** Replaces the user's picture. */
  save(userId: string, upload: Buffer): Promise<Result<null, ImageFault | 'person_gone'>>
  remove(userId: string): Promise<Result<null, 'person_gone'>>
  find(userId: string): Promise<Picture | null>
}

/** Compared in the same step as the write: a user suspended since the guard must not change anything. */
const present = { status: 'active', deletedAt: null } as const

export function createPictures(deps: { users: UserStore; records: Collections['picture']; clock: Clock }): Pictures {
  const { users, records, clock } = deps
  return {
    async save(id, upload) {
      const cleaned = await cleanImage(upload)
      if (!cleaned.ok) return cleaned
      const image = cleaned.value.toString('base64')
      const version = sha256(image).slice(0, 16)
      await records.put({ id, version, image, savedAt: clock() })
      if ((await users.update(id, { picture: version }, present)) !== null) return ok(null)
      await records.deleteAll({ id, version })
      return refused('person_gone')
    },

    async remove(id) {
      if ((await users.update(id, { picture: null }, present)) === null) return refused('person_gone')
      await records.deleteAll({ id })
      return ok(null)
    },

    async find(id) {
      const record = await records.find(id)
      if (record === null) return null
      const bytes = Buffer.from(record.image, 'base64')
      const type = imageTypeOf(bytes)
      return type && { bytes, type, version: record.version }
    },
  }
}
