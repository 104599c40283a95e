// Reads both files into memory, or refuses, before it writes anything; then makes what is missing and takes over
// what an older application left.

import { join } from 'node:path'
import { removeLeftovers, replaceFile } from '#lib/durable-file.ts'
import { readStoredFile, refuseRepeatedKeys } from './document.ts'
import { unavailable } from './errors.ts'
import { tighten } from './folder.ts'
import type { StoreLog } from './log.ts'
import { encodeSessions, loadSessions, noSessions, type SessionRecords } from './sessions.ts'
import { isStreamlitSessions, isStreamlitUsers, keepOriginal, logTakeOver, type TakeOver } from './streamlit-files.ts'
import { encodeUsers, loadUsers, type UserRecords, usersFrom } from './users.ts'

export interface LoadedFolder {
  paths: { users: string; sessions: string }
  users: UserRecords
  sessions: SessionRecords
}

/** What is in memory, and what has to happen on disk before anybody is served. */
interface Loaded<Records> {
  records: Records
  settle(): Promise<void>
}

export async function loadFolder(folder: string, takeOver: TakeOver, log: StoreLog): Promise<LoadedFolder> {
  const paths = { users: join(folder, 'users.json'), sessions: join(folder, 'sessions.json') }
  const users = await loadOrTakeOverUsers(paths.users, takeOver, log)
  const sessions = await loadOrReplaceSessions(paths.sessions, log)
  try {
    await removeLeftovers(folder)
    await users.settle()
    await sessions.settle()
  } catch (cause) {
    throw unavailable(`${folder} cannot be prepared`, cause)
  }
  return { paths, users: users.records, sessions: sessions.records }
}

async function loadOrTakeOverUsers(path: string, takeOver: TakeOver, log: StoreLog): Promise<Loaded<UserRecords>> {
  const file = await readStoredFile(path)
  if (file === null) {
    const records = usersFrom([])
    return { records, settle: async () => replaceFile(path, await encodeUsers(records)) }
  }
  if (!isStreamlitUsers(file)) return { records: await loadUsers(file), settle: () => tighten(path, log) }
  refuseRepeatedKeys(file)
  const takenOver = takeOver(file.value)
  const records = usersFrom(takenOver.users)
  return {
    records,
    async settle() {
      // In this order: a crash between the two leaves the old file in place, and the next start does it again.
      const kept = await keepOriginal(file)
      await replaceFile(path, await encodeUsers(records))
      logTakeOver(log, kept, takenOver)
    },
  }
}

/** Streamlit's sessions hold no token, so that nobody can be recognised by them. */
async function loadOrReplaceSessions(path: string, log: StoreLog): Promise<Loaded<SessionRecords>> {
  const file = await readStoredFile(path)
  if (file !== null && !isStreamlitSessions(file)) {
    return { records: await loadSessions(file), settle: () => tighten(path, log) }
  }
  const records = noSessions()
  return {
    records,
    async settle() {
      const kept = file && (await keepOriginal(file))
      await replaceFile(path, await encodeSessions(records))
      if (kept) log.info({ kept }, 'The sessions of Streamlit cannot go on; their people log in again.')
    },
  }
}
