// Reads a store from outside, during or after a server's run, like a back-up.
import type { StoreLocation } from '#lib/stores/location.ts'
import { openStoreReader } from '#lib/stores/open.ts'
import type { StoredRecord, UserRecord } from '#lib/stores/types.ts'

async function readAll(location: StoreLocation): Promise<StoredRecord[]> {
  const reader = await openStoreReader(location)
  try {
    return await Array.fromAsync(reader.dump())
  } finally {
    await reader.close()
  }
}

export async function readUsers(location: StoreLocation): Promise<UserRecord[]> {
  return (await readAll(location)).flatMap((stored) => (stored.kind === 'user' ? [stored.record] : []))
}

/** All users as one text, to compare before and after. */
export async function readStoredUsers(location: StoreLocation): Promise<string> {
  const users = await readUsers(location)
  return JSON.stringify(users.toSorted((one, other) => (one.id < other.id ? -1 : 1)))
}

/**
 * The users with pending tokens, reserved names and sessions: all that a request could change, except last activity
 * times and logs.
 */
export async function readStoredState(location: StoreLocation): Promise<string> {
  const lines = (await readAll(location)).flatMap(({ kind, record }) => {
    // Leave out lockouts: a wrong password counts wherever it was tried.
    if (kind === 'audit' || kind === 'mail' || kind === 'lockout') return []
    return [JSON.stringify({ kind, ...record, lastActivityAt: 0 })]
  })
  return lines.toSorted().join('\n')
}

export async function findStoredUser(location: StoreLocation, username: string): Promise<UserRecord | null> {
  return (await readUsers(location)).find((user) => user.username === username) ?? null
}

export async function countStoredSessions(location: StoreLocation, userId: string): Promise<number> {
  const stored = await readAll(location)
  return stored.filter(({ kind, record }) => kind === 'session' && record.userId === userId).length
}
