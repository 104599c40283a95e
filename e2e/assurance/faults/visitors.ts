// Visitors who sign up, save their profile and log out with the site's forms. Records the acknowledged writes, which
// must survive a fault.
import { expect } from 'vitest'
import type { Client } from '#e2e/support/client.ts'
import { textOf } from '#e2e/support/form-markup.ts'
import type { Answer } from '#e2e/support/http.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { readUsers } from '#e2e/support/store-contents.ts'
import type { StoreLocation } from '#lib/stores/location.ts'
import { en } from '#lib/words/en.ts'

export interface Visitor extends Person {
  /** The last acknowledged name, and one that may have been saved. */
  fullName: string
  asked: string
  /** The cookies of a session whose end was acknowledged. */
  loggedOut: Client | null
}

/** One visit. Calls `isTold` for each acknowledged write. */
export async function visit(client: Client, known: Visitor[], isTold: () => void): Promise<void> {
  const person = makePerson()
  const signedUp = await client.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password })
  if (isBusy(signedUp)) return
  expect(signedUp.location, textOf(signedUp.text).slice(0, 500)).toBe('/')
  const mine: Visitor = { ...person, fullName: '', asked: '', loggedOut: null }
  known.push(mine)
  isTold()
  mine.asked = `Name of ${person.username}`
  const profile = { fullName: mine.asked, bio: 'Kept.', age: '41' }
  const saved = await client.submit('/profile/edit', 'Save profile', profile)
  expect(saved.location).toContain('saved')
  mine.fullName = mine.asked
  isTold()
  const copy = client.copy()
  expect((await client.logOut()).status).toBe(303)
  mine.loggedOut = copy
  isTold()
}

/** The site may answer busy; then nothing was done. */
export function isBusy({ status, text }: Answer): boolean {
  return status === 503 || textOf(text).includes(en.errors.busy.split('{', 1)[0] ?? '')
}

/** Users who are missing or have neither the acknowledged nor the requested name. */
export async function findLost(store: StoreLocation, known: readonly Visitor[]): Promise<string[]> {
  const stored = new Map((await readUsers(store)).map((user) => [user.username, user.profile.fullName]))
  const isKept = ({ username, fullName, asked }: Visitor) => {
    const found = stored.get(username)
    return found !== undefined && (found === fullName || found === asked)
  }
  return known.filter((visitor) => !isKept(visitor)).map(({ username }) => username)
}

/** Users whose ended session still works. */
export async function findRevived(known: readonly Visitor[]): Promise<string[]> {
  const revived: string[] = []
  for (const { username, loggedOut } of known) if (await loggedOut?.isSignedIn()) revived.push(username)
  return revived
}

/** Any failure other than a broken connection is an error. */
export function expectGone(visitor: PromiseSettledResult<unknown>): void {
  const cause: unknown = visitor.status === 'rejected' ? visitor.reason : null
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  expect(code).toMatch(/^(ECONNRESET|ECONNREFUSED|EPIPE)$/)
}
