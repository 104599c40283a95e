// Wrong passwords in a row: kept with the person in the store, and in memory for as long as they are on the way there. Names
// that nobody has are remembered in memory alone.
import { logFault } from '../log.ts'
import type { Failures, UserQuery, UserRecord, UserStore, WrongPasswords } from '../stores/types.ts'
import { type Browser, mostFailures, noFailures } from './back-off.ts'

/** For whom and from which kind of browser; `id` is null for a name that nobody has. */
export interface Counted {
  /** Tells it from all others. */
  key: string
  id: string | null
  browser: Browser
}

export interface FailureCounts {
  /** The person, null when there is none, and what was counted so far. */
  read(counted: Counted): Promise<{ user: UserRecord | null; failures: Failures }>
  /**
   * FailureCounts one more, and resolves when the store has it; should it not take it, that is logged. For a name that nobody has, the
   * store writes as much. `onLocked` is called when there are too many.
   */
  add(counted: Counted, failures: Failures, onLocked: (user: UserRecord) => Promise<void>): Promise<void>
  /** Resolves when the store has it; should it not take it, that is logged. */
  forgive(counted: Counted): Promise<void>
  /** Resolves when everything is in the store, as far as that takes it. */
  settle(): Promise<void>
}

/** The oldest goes first. */
const mostRemembered = 10_000

export function createFailureCounts(store: UserStore): FailureCounts {
  const remembered = new Map<string, Failures>()
  const saving = new Map<string, Promise<void>>()
  /** Whose record is written for names that nobody has. */
  let standIn: string | null = null

  function remember(key: string, failures: Failures): void {
    remembered.delete(key)
    remembered.set(key, failures)
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
  }

  /** One after the other for each key. Never rejects. */
  function save(key: string, work: () => Promise<unknown>): Promise<void> {
    const saved = (saving.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => logFault('attempt_not_counted', error))
      .then(() => {
        if (saving.get(key) === saved) saving.delete(key)
      })
    saving.set(key, saved)
    return saved
  }

  /** Compare and set, until nobody else was quicker: other processes count as well. Returns who it is now. */
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

  /** Writes somebody's record as it is: a write that comes only for names that exist would tell them from others by its time. */
  async function writeAsMuch(): Promise<void> {
    standIn ??= (await store.list(firstUser))[0]?.id ?? null
    if (standIn !== null && (await change(standIn, (before) => before)) === null) standIn = null
  }

  return {
    async read({ key, id, browser }) {
      // Before the store is read: what is written meanwhile is in one of the two.
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
