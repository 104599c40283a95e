// Consecutive wrong passwords and codes, in memory until the store has them. Counts for unknown names exist in memory only.
import { logError } from '../../core/log/log.ts'
import type { Failures, LockoutRecord, LockoutStore, LockoutSubject, UserRecord } from '../../stores/types.ts'
import type { NameKind } from '../log-in-name.ts'
import { type Browser, noFailures, sumOf } from './back-off.ts'

/** `subject` is null for an unknown name. */
export interface Counted {
  /** Unique per user or name, and kind of browser. */
  key: string
  subject: LockoutSubject | null
}

export interface FailureCounts {
  read(counted: Counted): Promise<Failures>
  /**
   * Adds one and resolves when it is stored; a failure is logged. An unknown name causes a write of the same size. Calls
   * `onStored` with the new count of a user.
   */
  add(counted: Counted, failures: Failures, onStored: (failures: Failures) => Promise<void>): Promise<void>
  /** Resolves when it is stored; a failure is logged. */
  forgive(counted: Counted): Promise<void>
  /** Resolves when the pending writes are done or have failed. */
  settle(): Promise<void>
}

/** Drops the oldest beyond this. */
const mostRemembered = 10_000
/** Its count is never read. A write only for existing names would reveal them by its duration. */
const nobody: LockoutSubject = { userId: 'nobody', about: 'password-new', secretSetAt: 0 }

/** What a user failed to prove. Codes of the app and recovery codes count together. */
export type Secret = 'password' | 'second-factor'

type Owner = Pick<UserRecord, 'id' | 'passwordChangedAt'>

export function secretOf(
  secret: Secret,
  { totp, factorsChangedAt, ...owner }: Owner & Pick<UserRecord, 'totp' | 'factorsChangedAt'>,
  browser: Browser,
  typed: NameKind,
): LockoutSubject {
  if (secret === 'password') return passwordOf(owner, browser, typed)
  // Not freed by a new password or by "this was not me": a thief of the mailbox could repeat both, and guess in between.
  return { userId: owner.id, about: `second-factor-${browser}`, secretSetAt: totp?.createdAt ?? factorsChangedAt ?? 0 }
}

/** Known browsers have one count: their users know both names. */
function passwordOf({ id, passwordChangedAt }: Owner, browser: Browser, typed: NameKind): LockoutSubject {
  const about = browser === 'new' && typed === 'email' ? 'password-new-email' : `password-${browser}`
  return { userId: id, about, secretSetAt: passwordChangedAt ?? 0 }
}

/** By browsers that the user never logged in with, and by those that they did; null when there are none. */
export function wrongPasswordsOf(user: Owner, lockouts: readonly LockoutRecord[]): Record<Browser, Failures> | null {
  const failuresIn = (browser: Browser, typed: NameKind = 'username'): Failures => {
    const { userId, about, secretSetAt } = passwordOf(user, browser, typed)
    const isOfThese = (one: LockoutRecord) => one.userId === userId && one.about === about
    const found = lockouts.find((one) => isOfThese(one) && one.secretSetAt === secretSetAt)
    return found ? { count: found.count, lastAt: found.lastAt } : noFailures
  }
  const both = { new: sumOf(failuresIn('new'), failuresIn('new', 'email')), known: failuresIn('known') }
  return both.new.count + both.known.count > 0 ? both : null
}

export function createFailureCounts(store: LockoutStore): FailureCounts {
  const remembered = new Map<string, Failures>()
  const saving = new Set<Promise<void>>()

  function remember(key: string, failures: Failures): void {
    remembered.delete(key)
    remembered.set(key, failures)
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
  }

  /** Never rejects. */
  async function save(work: () => Promise<unknown>): Promise<void> {
    const saved = work().then(
      () => {},
      (error: unknown) => logError('attempt_not_counted', error),
    )
    saving.add(saved)
    await saved
    saving.delete(saved)
  }

  return {
    async read({ key, subject }) {
      const recent = remembered.get(key) ?? noFailures
      const kept = (subject && (await store.find(subject))) ?? noFailures
      return recent.count > kept.count ? recent : kept
    },

    add({ key, subject }, failures, onStored) {
      remember(key, failures)
      return save(async () => {
        const count = await store.count(subject ?? nobody, failures.lastAt)
        if (subject === null) return
        remembered.delete(key)
        await onStored({ ...failures, count })
      })
    },

    async forgive({ key, subject }) {
      remembered.delete(key)
      if (subject !== null) await save(() => store.forget(subject))
    },

    async settle() {
      while (saving.size > 0) await Promise.all(saving)
    },
  }
}
