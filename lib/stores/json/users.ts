// The people, in memory and in users.json. Readers see what is on disk; writers work on a draft that becomes the
// truth when its commit is.

import { isDeepStrictEqual } from 'node:util'

import { z } from 'zod'

import type { UserRecord, UserStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { encodeSections, loadSections, type StoredFile } from './document.ts'
import { damaged } from './errors.ts'
import { PagedRecords } from './paged-records.ts'

export type UserRecords = PagedRecords<UserRecord>

const userSchema: z.ZodType<UserRecord> = z.strictObject({
  id: z.string(),
  username: z.string(),
  passwordHash: z.string(),
  email: z.string().nullable(),
  emailVerifiedAt: z.number().nullable(),
  role: z.enum(['admin', 'member', 'guest']),
  status: z.enum(['active', 'suspended']),
  profile: z.strictObject({ fullName: z.string(), bio: z.string(), age: z.number().nullable() }),
  createdAt: z.number(),
})

export async function loadUsers(file: StoredFile): Promise<UserRecords> {
  const { users } = await loadSections(file, { users: userSchema })
  const usernames = new Set<string>()
  for (const [id, user] of users.entries()) {
    const record = `the record ${JSON.stringify(id)}`
    if (user.id !== id) throw damaged(file.path, `${record} holds another id`)
    if (usernames.has(user.username)) throw damaged(file.path, `${record} repeats the username of another`)
    usernames.add(user.username)
  }
  return users
}

export function usersFrom(records: Iterable<UserRecord>): UserRecords {
  const users: UserRecords = new PagedRecords()
  for (const user of records) users.set(user.id, userSchema.parse(user))
  return users
}

export function encodeUsers(users: UserRecords): Promise<Buffer[]> {
  return encodeSections({ users })
}

export function createUserStore(
  draft: UserRecords,
  options: Omit<CommitQueueOptions, 'content'>,
): { store: UserStore; queue: CommitQueue } {
  const committed = new Map(draft.entries())
  /** Of the draft: a name is taken as soon as somebody is about to have it. */
  const idByUsername = new Map<string, string>()
  for (const [id, { username }] of committed) idByUsername.set(username, id)
  const drafted = new Set<string>()

  const queue = new CommitQueue({
    ...options,
    content: {
      encode: () => encodeUsers(draft),
      accept() {
        for (const id of drafted) {
          const user = draft.get(id)
          if (user) committed.set(id, user)
        }
        drafted.clear()
      },
      undo() {
        for (const id of drafted) {
          const before = committed.get(id)
          const username = draft.get(id)?.username
          if (before) draft.set(id, before)
          else {
            draft.delete(id)
            if (username !== undefined) idByUsername.delete(username)
          }
        }
        drafted.clear()
      },
    },
  })

  const write = (user: UserRecord) => {
    draft.set(user.id, user)
    idByUsername.set(user.username, user.id)
    drafted.add(user.id)
    queue.markUnsaved()
  }

  const store: UserStore = {
    async insert(user) {
      // Checked, so that nothing is ever written that could not be read again; and a copy.
      const inserted = userSchema.parse(user)
      return queue.run(() => {
        if (draft.has(inserted.id)) throw new Error(`A user with the id ${inserted.id} exists.`)
        if (idByUsername.has(inserted.username)) return 'username_taken'
        write(inserted)
        return 'inserted'
      })
    },

    async find(id) {
      queue.requireOpen()
      return copyOf(committed.get(id))
    },

    async findByUsername(username) {
      queue.requireOpen()
      const id = idByUsername.get(username)
      return copyOf(id === undefined ? undefined : committed.get(id))
    },

    async update(id, change, onlyIf = {}) {
      const asked = structuredClone({ change, onlyIf })
      return queue.run(() => {
        const user = draft.get(id)
        if (!user || !holds(user, asked.onlyIf)) return null
        const updated = userSchema.parse({ ...user, ...asked.change })
        write(updated)
        return copyOf(updated)
      })
    },
  }
  return { store, queue }
}

function holds(user: UserRecord, expected: object): boolean {
  return isDeepStrictEqual({ ...user, ...expected }, user)
}

function copyOf(user: UserRecord | undefined): UserRecord | null {
  return user ? { ...user, profile: { ...user.profile } } : null
}
