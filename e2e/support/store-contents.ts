// What a store holds, read from outside while a server uses it or after it is gone, as an operator's back-up does.
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

/** Everybody, as one text, for tests that nothing changes them. */
export async function readStoredUsers(location: StoreLocation): Promise<string> {
  const users = await readUsers(location)
  return JSON.stringify(users.toSorted((one, other) => (one.id < other.id ? -1 : 1)))
}

/**
 * The same with the tokens that wait, reserved names and who is logged in where: all that a request might change, but for
 * when somebody was last there and what is only written down about it.
 */
export async function readStoredState(location: StoreLocation): Promise<string> {
  const lines = (await readAll(location)).flatMap(({ kind, record }) => {
    // A wrong password that was tried counts, wherever it was asked for.
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
