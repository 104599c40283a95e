// Users, in memory and in users.json. Readers see what is on disk; writers work on a draft until its commit succeeds.

import { userSchema } from '#lib/stores/kinds.ts'
import { emailKey, holds, isActiveAdmin, losesLastAdmin, verifiedKey } from '#lib/stores/records.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import type { InsertOutcome, ReservedUsername, UserFields, UserRecord, UserStore } from '#lib/stores/types.ts'

import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { Directory } from './directory.ts'
import { Drafts } from './drafts.ts'
import { encodeRecords, type Records } from './record-files.ts'
import { createSizeWarning } from './size-warning.ts'
import type { ConsumeToken } from './tokens.ts'

type UserRecords = Pick<Records, 'user' | 'reserved'>

export interface UserPart {
  store: UserStore
  queue: CommitQueue
  /** Whether a user on disk has the id. */
  has(id: string): boolean
  /** All users on disk. They are not copies and never change. */
  values(): Iterable<UserRecord>
  /** The reserved usernames on disk. */
  reserved(): Iterable<ReservedUsername>
  /** Makes these the users, in memory and on disk. Call it only while the queue is held. */
  adopt(records: UserRecords): void
}

export function createUserPart(
  records: UserRecords,
  options: Omit<CommitQueueOptions, 'content'> & { consumeToken: ConsumeToken },
): UserPart {
  let { people, reserved, idByUsername, idByEmail, activeAdmins } = indexed(records)
  const directory = new Directory()
  const noteSize = createSizeWarning(options.path, options.log)
  noteSize(records.user.size)

  const queue = new CommitQueue({
    ...options,
    content: {
      encode: () => encodeRecords('users.json', records),
      accept() {
        directory.forget(people.accept())
        reserved.accept()
        noteSize(records.user.size)
      },
      undo() {
        people.undo()
        reserved.undo()
      },
    },
  })

  /** Indexes of the draft, like all that decide: a username is taken as soon as a pending write uses it. */
  function isTaken(username: string, at: number, byOther: string): boolean {
    const reservation = records.reserved.get(username)
    const owner = idByUsername.get(username)
    if (owner !== undefined && owner !== byOther) return true
    return reservation !== undefined && reservation.until > at && reservation.userId !== byOther
  }

  function isVerifiedByOther(user: UserRecord): boolean {
    const owner = idByEmail.get(verifiedKey(user) ?? '')
    return owner !== undefined && owner !== user.id
  }

  function reserve({ id: userId, username }: UserRecord, until: number): void {
    reserved.set({ id: username, userId, until })
  }

  /** `refuse` looks at the draft, so that two concurrent demotions cannot remove the last admin. */
  async function change<Refusal = never>(
    id: string,
    fields: UserFields,
    onlyIf: UserFields = {},
    refuse: (before: UserRecord, after: UserRecord) => Refusal | null,
  ): Promise<UserRecord | Refusal | null> {
    const asked = structuredClone({ fields, onlyIf })
    // Check only changed fields: a user with an invalid text from an older version must be able to log in.
    requireTexts('user', id, asked.fields)
    return queue.run(() => {
      const before = records.user.get(id)
      if (!before || !holds(before, asked.onlyIf)) return null
      const after = userSchema.parse({
        ...before,
        ...asked.fields,
        profile: { ...before.profile, ...asked.fields.profile },
      })
      const refusal = refuse(before, after)
      if (refusal !== null) return refusal
      people.set(after)
      queue.markUnsaved()
      return copyOf(after)
    })
  }

  function some(limit: number, matches: (user: UserRecord) => boolean): UserRecord[] {
    queue.requireOpen()
    const found: UserRecord[] = []
    for (const user of people.values()) {
      if (found.length === limit) break
      if (matches(user)) found.push(structuredClone(user))
    }
    return found
  }

  const store: UserStore = {
    async insert(user, { consume } = {}) {
      // Validate and copy, so that every file can be read again.
      const inserted = userSchema.parse(user)
      requireTexts('user', inserted.id, inserted)
      const check = (): InsertOutcome | null => {
        if (records.user.has(inserted.id)) throw new Error(`A user with the id ${inserted.id} exists.`)
        if (isTaken(inserted.username, inserted.createdAt, inserted.id)) return 'username_taken'
        return isVerifiedByOther(inserted) ? 'email_taken' : null
      }
      const insert = (): InsertOutcome => {
        const refusal = check()
        if (refusal !== null) return refusal
        people.set(inserted)
        queue.markUnsaved()
        return 'inserted'
      }
      if (consume === undefined) return queue.run(insert)
      return options.consumeToken(consume, {
        check: () => queue.run(check),
        use: () => queue.run(insert),
        // After a failed commit the disk may still hold the user; the next successful commit removes it.
        undo: () => queue.flush(),
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

    async isFree(username, at) {
      queue.requireOpen()
      return !isTaken(username, at, '')
    },

    async findByVerifiedEmail(email) {
      queue.requireOpen()
      const id = idByEmail.get(emailKey(email))
      return copyOf(id === undefined ? undefined : people.find(id))
    },

    async hasOtherHash(beginnings) {
      queue.requireOpen()
      for (const { passwordHash } of people.values()) {
        if (!beginnings.some((beginning) => passwordHash.startsWith(beginning))) return true
      }
      return false
    },

    update: (id, fields, onlyIf) => change(id, fields, onlyIf, () => null),

    changeEmail: (id, fields, onlyIf) =>
      change(id, fields, onlyIf, (_, after) => (isVerifiedByOther(after) ? 'email_taken' : null)),

    changeStanding: (id, fields, onlyIf) =>
      change(id, fields, onlyIf, (before, after) =>
        losesLastAdmin(before, after, activeAdmins.size) ? 'last_admin' : null,
      ),

    async rename(id, username, { at, reservedUntil }, onlyIf = {}) {
      const expected = structuredClone(onlyIf)
      requireTexts('user', id, { username })
      return queue.run(() => {
        const user = records.user.get(id)
        if (!user || !holds(user, expected)) return null
        if (isTaken(username, at, id)) return 'username_taken'
        if (username !== user.username) {
          reserve(user, reservedUntil)
          reserved.delete(username)
          people.set({ ...user, username })
          queue.markUnsaved()
        }
        return 'renamed'
      })
    },

    async remove(id, reservedUntil, onlyIf = {}) {
      const expected = structuredClone(onlyIf)
      return queue.run(() => {
        const user = records.user.get(id)
        if (!user || !holds(user, expected)) return false
        reserve(user, reservedUntil)
        people.delete(id)
        queue.markUnsaved()
        return true
      })
    },

    async listDeleted(before, limit, latest = Number.POSITIVE_INFINITY) {
      return some(limit, ({ deletedAt }) => deletedAt !== null && (deletedAt < before || deletedAt > latest))
    },

    async forgetReserved(at) {
      return queue.run(() => {
        const over = [...records.reserved.values()].filter(({ until }) => until <= at)
        for (const { id } of over) reserved.delete(id)
        if (over.length > 0) queue.markUnsaved()
        return over.length
      })
    },

    async listSuspendedUntil(at, limit) {
      return some(limit, ({ status, suspendedUntil }) => {
        return status === 'suspended' && suspendedUntil !== null && suspendedUntil <= at
      })
    },

    async findMany(ids) {
      queue.requireOpen()
      return [...new Set(ids)].flatMap((id) => copyOf(people.find(id)) ?? [])
    },

    async list(query) {
      queue.requireOpen()
      return structuredClone(await directory.list(people.values(), query))
    },

    async count(filter) {
      queue.requireOpen()
      return directory.count(people.values(), filter)
    },
  }

  return {
    store,
    queue,
    has: (id) => people.find(id) !== undefined,
    values: () => people.values(),
    reserved: () => reserved.values(),
    adopt(adopted) {
      records = adopted
      ;({ people, reserved, idByUsername, idByEmail, activeAdmins } = indexed(records))
      directory.forgetAll()
      noteSize(records.user.size)
    },
  }
}

/** Users and their indexes in the draft. */
function indexed({ user, reserved }: UserRecords) {
  const idByUsername = new Map<string, string>()
  const idByEmail = new Map<string, string>()
  const activeAdmins = new Set<string>()
  const people = new Drafts(user, (before, after) => {
    if (before) {
      // During an undo, another user may have the name or address again.
      forget(idByUsername, before.username, before.id)
      forget(idByEmail, verifiedKey(before), before.id)
      activeAdmins.delete(before.id)
    }
    if (!after) return
    idByUsername.set(after.username, after.id)
    const email = verifiedKey(after)
    if (email !== null) idByEmail.set(email, after.id)
    if (isActiveAdmin(after)) activeAdmins.add(after.id)
  })
  return { people, reserved: new Drafts(reserved, () => {}), idByUsername, idByEmail, activeAdmins }
}

function forget(ids: Map<string, string>, key: string | null, id: string): void {
  if (key !== null && ids.get(key) === id) ids.delete(key)
}

function copyOf(user: UserRecord | undefined): UserRecord | null {
  return user === undefined ? null : structuredClone(user)
}
