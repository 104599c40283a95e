// The files of the JSON store, read from outside as an operator would.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

interface StoredUser {
  id: string
  username: string
  profile: { fullName: string; bio: string; age: number | null }
}

/** The file as it stands, for tests that nothing changes it. */
export function readUsersFile(dataDir: string): Promise<string> {
  return readFile(path.join(dataDir, 'users.json'), 'utf8')
}

export async function findStoredUser(dataDir: string, username: string): Promise<StoredUser | null> {
  const { users } = JSON.parse(await readUsersFile(dataDir)) as { users: Record<string, StoredUser> }
  return Object.values(users).find((user) => user.username === username) ?? null
}

export async function countStoredSessions(dataDir: string, userId: string): Promise<number> {
  const text = await readFile(path.join(dataDir, 'sessions.json'), 'utf8')
  const { sessions } = JSON.parse(text) as { sessions: Record<string, { userId: string }> }
  return Object.values(sessions).filter((session) => session.userId === userId).length
}
