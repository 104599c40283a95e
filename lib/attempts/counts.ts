// Wrong passwords in a row: kept with the person in the store, and in memory for as long as they are on the way there. Names
// that nobody has are remembered in memory alone.
import { logFault } from '../log.ts'
import { outsideOfRequests } from '../request-context.ts'
import type { Failures, UserRecord, UserStore, WrongPasswords } from '../stores/types.ts'
import { type Browser, mostFailures, noFailures } from './back-off.ts'

/** For whom and from which kind of browser; `id` is null for a name that nobody has. */
export interface Counted {
  /** Tells it from all others. */
  key: string
  id: string | null
  browser: Browser
}

export interface Counts {
  /** The person, null when there is none, and what was counted so far. */
  read(counted: Counted): Promise<{ user: UserRecord | null; failures: Failures }>
  /**
   * Counts one more at once, and in the store a moment later: were that waited for, or done before the answer is made, its
   * pace would tell names that exist from others. `onLocked` is called when there are too many.
   */
  add(counted: Counted, failures: Failures, onLocked: (user: UserRecord) => Promise<void>): void
  /** Resolves when the store has it; should it not take it, that is logged. */
  forgive(counted: Counted): Promise<void>
  /** Resolves when everything is in the store, as far as that takes it. */
  settle(): Promise<void>
}

/** The oldest goes first. */
const mostRemembered = 10_000
const writtenAfterMs = 200

interface Unsaved {
  count: number
  save(): Promise<void>
  timer: NodeJS.Timeout
}

export function createCounts(store: UserStore): Counts {
  const remembered = new Map<string, Failures>()
  const unsaved = new Map<string, Unsaved>()
  const saving = new Map<string, Promise<void>>()

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

  function saveNow(key: string): Promise<void> {
    const waiting = unsaved.get(key)
    unsaved.delete(key)
    clearTimeout(waiting?.timer)
    return waiting === undefined ? Promise.resolve() : save(key, waiting.save)
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
      if (id === null) return
      const waiting = unsaved.get(key)
      clearTimeout(waiting?.timer)
      const count = (waiting?.count ?? 0) + 1
      const { lastAt } = failures
      unsaved.set(key, {
        count,
        async save() {
          const user = await change(id, (before) => ({
            ...before,
            [browser]: { count: before[browser].count + count, lastAt },
          }))
          if (remembered.get(key) === failures) remembered.delete(key)
          const total = user?.wrongPasswords?.[browser].count ?? 0
          if (user !== null && total >= mostFailures && total - count < mostFailures) await onLocked(user)
        },
        timer: outsideOfRequests(() => setTimeout(() => saveNow(key), writtenAfterMs).unref()),
      })
    },

    async forgive({ key, id, browser }) {
      remembered.delete(key)
      clearTimeout(unsaved.get(key)?.timer)
      unsaved.delete(key)
      if (id !== null) await save(key, () => change(id, (before) => ({ ...before, [browser]: noFailures })))
    },

    async settle() {
      for (const key of [...unsaved.keys()]) saveNow(key)
      while (saving.size > 0) await Promise.all(saving.values())
    },
  }
}

const none: WrongPasswords = { new: noFailures, known: noFailures }
