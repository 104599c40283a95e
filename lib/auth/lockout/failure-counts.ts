// Consecutive wrong passwords. Stored with the user, and kept in memory until the write is done. Counts for unknown
// names exist in memory only.
import { logError } from '../../core/log/log.ts'
import type { Failures, UserQuery, UserRecord, UserStore, WrongPasswords } from '../../stores/types.ts'
import { type Browser, mostFailures, noFailures } from './back-off.ts'

/** `id` is null for an unknown name. */
export interface Counted {
  /** Unique per user or name, and kind of browser. */
  key: string
  id: string | null
  browser: Browser
}

export interface FailureCounts {
  /** The present record (null for an unknown name) and the count so far. */
  read(counted: Counted): Promise<{ user: UserRecord | null; failures: Failures }>
  /**
   * Adds one and resolves when it is stored; a failure is logged. An unknown name causes a write of the same size. Calls
   * `onLocked` at the maximum.
   */
  add(counted: Counted, failures: Failures, onLocked: (user: UserRecord) => Promise<void>): Promise<void>
  /** Resolves when it is stored; a failure is logged. */
  forgive(counted: Counted): Promise<void>
  /** Resolves when the pending writes are done or have failed. */
  settle(): Promise<void>
}

/** Drops the oldest beyond this. */
const mostRemembered = 10_000

export function createFailureCounts(store: UserStore): FailureCounts {
  const remembered = new Map<string, Failures>()
  const saving = new Map<string, Promise<void>>()
  /** Whose record is written for unknown names. */
  let standIn: string | null = null

  function remember(key: string, failures: Failures): void {
    remembered.delete(key)
    remembered.set(key, failures)
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
  }

  /** Serialises the writes of each key. Never rejects. */
  function save(key: string, work: () => Promise<unknown>): Promise<void> {
    const saved = (saving.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => logError('attempt_not_counted', error))
      .then(() => {
        if (saving.get(key) === saved) saving.delete(key)
      })
    saving.set(key, saved)
    return saved
  }

  /** Compare and set, retried because other processes count as well. Returns the updated user. */
  async function change(id: string, changed: (before: WrongPasswords) => WrongPasswords): Promise<UserRecord | null> {
    for (;;) {
      const user = await store.find(id)
      if (user === null) return null
      const after = changed(user.wrongPasswords ?? none)
      const wrongPasswords = after.new.count + after.known.count === 0 ? null : after
      const updated = await store.update(id, { wrongPasswords }, { wrongPasswords: user.wrongPasswords })
      if (updated !== null) return { ...user, wrongPasswords }
    }
  }

  /** Rewrites a record unchanged: a write only for existing names would reveal them by its duration. */
  async function writeAsMuch(): Promise<void> {
    standIn ??= (await store.list(firstUser))[0]?.id ?? null
    if (standIn !== null && (await change(standIn, (before) => before)) === null) standIn = null
  }

  return {
    async read({ key, id, browser }) {
      // Read memory before the store: a count that is being written is in one of the two.
      const recent = remembered.get(key) ?? noFailures
      const user = id === null ? null : await store.find(id)
      const kept = user?.wrongPasswords?.[browser] ?? noFailures
      return { user, failures: recent.count > kept.count ? recent : kept }
    },

    add({ key, id, browser }, failures, onLocked) {
      remember(key, failures)
      if (id === null) return save(key, writeAsMuch)
      const { lastAt } = failures
      return save(key, async () => {
        const user = await change(id, (before) => ({
          ...before,
          [browser]: { count: before[browser].count + 1, lastAt },
        }))
        if (remembered.get(key) === failures) remembered.delete(key)
        if (user?.wrongPasswords?.[browser].count === mostFailures) await onLocked(user)
      })
    },

    async forgive({ key, id, browser }) {
      remembered.delete(key)
      if (id !== null) await save(key, () => change(id, (before) => ({ ...before, [browser]: noFailures })))
    },

    async settle() {
      while (saving.size > 0) await Promise.all(saving.values())
    },
  }
}

const none: WrongPasswords = { new: noFailures, known: noFailures }
const firstUser = {
  search: '',
  role: null,
  state: null,
  by: 'createdAt',
  descending: false,
  after: null,
  limit: 1,
} satisfies UserQuery
