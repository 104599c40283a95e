// The people, in memory and in users.json. Readers see what is on disk; writers work on a draft that becomes the
// truth when its commit is.

import { isDeepStrictEqual } from 'node:util'

import { damaged } from '#lib/stores/errors.ts'
import { userSchema } from '#lib/stores/records.ts'
import type { UserRecord, UserStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { Directory } from './directory.ts'
import { encodeSections, loadSections, type Section, type StoredFile } from './document.ts'
import { Drafts } from './drafts.ts'
import { PagedRecords } from './paged-records.ts'
import { createSizeWarning } from './size-warning.ts'

export type UserRecords = PagedRecords<UserRecord>

const section: Section<UserRecord> = { schema: userSchema, inFile: (user) => user }

export async function loadUsers(file: StoredFile): Promise<UserRecords> {
  const { users } = await loadSections(file, { users: section })
  const twin = findRepeatedUsername(users)
  if (twin) throw damaged(file.path, `the record ${JSON.stringify(twin.id)} repeats the username of another`)
  return users
}

export function findRepeatedUsername(users: UserRecords): UserRecord | undefined {
  const seen = new Set<string>()
  return users.values().find(({ username }) => seen.size === seen.add(username).size)
}

export function noUsers(): UserRecords {
  return new PagedRecords(section.inFile)
}

export function usersFrom(records: Iterable<UserRecord>): UserRecords {
  const users = noUsers()
  for (const user of records) users.set(userSchema.parse(user))
  return users
}

export function encodeUsers(users: UserRecords): Promise<Buffer[]> {
  return encodeSections({ users })
}

export interface UserPart {
  store: UserStore
  queue: CommitQueue
  /** Whether somebody on disk has the id. */
  has(id: string): boolean
  /** Everybody on disk; the records themselves, which never change. */
  values(): Iterable<UserRecord>
  /** From here on these are the people, on disk as well. Only while the queue is held. */
  adopt(records: UserRecords): void
}

export function createUserPart(records: UserRecords, options: Omit<CommitQueueOptions, 'content'>): UserPart {
  let { people, idByUsername, activeAdmins } = indexed(records)
  const directory = new Directory()
  const noteSize = createSizeWarning(options.path, options.log)
  noteSize(records.size)

  const queue = new CommitQueue({
    ...options,
    content: {
      encode: () => encodeUsers(records),
      accept() {
        directory.forget(people.accept())
        noteSize(records.size)
      },
      undo: () => people.undo(),
    },
  })

  const store: UserStore = {
    async insert(user) {
      // Checked, so that nothing is ever written that could not be read again; and a copy.
      const inserted = userSchema.parse(user)
      return queue.run(() => {
        if (records.has(inserted.id)) throw new Error(`A user with the id ${inserted.id} exists.`)
        // Of the draft: a name is taken as soon as somebody is about to have it.
        if (idByUsername.has(inserted.username)) return 'username_taken'
        people.set(inserted)
        queue.markUnsaved()
        return 'inserted'
      })
    },

    async find(id) {
      queue.requireOpen()
      return copyOf(people.find(id))
    },

    async findByUsername(username) {
      queue.requireOpen()
      const id = idByUsername.get(username)
      return copyOf(id === undefined ? undefined : people.find(id))
    },

    async update(id, change, onlyIf = {}) {
      const asked = structuredClone({ change, onlyIf })
      return queue.run(() => {
        // The draft decides, so that two admins who are demoted at once cannot both go.
        const user = records.get(id)
        if (!user || !holds(user, asked.onlyIf)) return null
        const updated = userSchema.parse({ ...user, ...asked.change })
        if (isActiveAdmin(user) && !isActiveAdmin(updated) && activeAdmins.size === 1) return 'last_admin'
        people.set(updated)
        queue.markUnsaved()
        return copyOf(updated)
      })
    },

    async list(query) {
      queue.requireOpen()
      const found = await directory.list(people.values(), query)
      return found.flatMap((user) => copyOf(user) ?? [])
    },
  }

  return {
    store,
    queue,
    has: (id) => people.find(id) !== undefined,
    values: () => people.values(),
    adopt(adopted) {
      records = adopted
      ;({ people, idByUsername, activeAdmins } = indexed(records))
      directory.forgetAll()
      noteSize(records.size)
    },
  }
}

/** The people, and what finds them in the draft. */
function indexed(records: UserRecords) {
  const idByUsername = new Map<string, string>()
  const activeAdmins = new Set<string>()
  const people = new Drafts(records, (before, after) => {
    if (before) {
      idByUsername.delete(before.username)
      activeAdmins.delete(before.id)
    }
    if (!after) return
    idByUsername.set(after.username, after.id)
    if (isActiveAdmin(after)) activeAdmins.add(after.id)
  })
  return { people, idByUsername, activeAdmins }
}

function isActiveAdmin({ role, status }: UserRecord): boolean {
  return role === 'admin' && status === 'active'
}

function holds(user: UserRecord, expected: object): boolean {
  return isDeepStrictEqual({ ...user, ...expected }, user)
}

function copyOf(user: UserRecord | undefined): UserRecord | null {
  return user ? { ...user, profile: { ...user.profile } } : null
}
