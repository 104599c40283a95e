// Reads all files into memory, or rejects before it writes anything. Then creates missing files, completes an
// interrupted replacement and imports the files of the Streamlit application.

import { truncate } from 'node:fs/promises'
import { join } from 'node:path'

import { removeLeftovers, replaceFile } from '#lib/core/files/durable-file.ts'
import { noHead } from '#lib/stores/audit-chain.ts'
import { userSchema } from '#lib/stores/kinds.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { type AuditRecords, encodeHead, loadAudit, openEmptyAudit } from './audit.ts'
import type { JsonCollectionKind } from './collections.ts'
import { damaged } from './damage.ts'
import { readStoredFile, refuseRepeatedKeys, type StoredFile } from './document.ts'
import { tighten, unusableFolder } from './folder.ts'
import { refuseLaterFiles } from './later-files.ts'
import type { FolderRecords } from './moving.ts'
import { preparePictures } from './pictures.ts'
import { encodeRecords, loadRecords, loadTokens, noRecords, type Records } from './record-files.ts'
import { readCurrentFile, recoverReplacement } from './replacement.ts'
import { loadSessions } from './sessions.ts'
import { isStreamlitSessions, isStreamlitUsers, keepOriginal, logTakeOver, type TakeOver } from './streamlit-files.ts'

/** What is in memory, and what must happen on disk before the first request. */
interface Loaded<Records> {
  records: Records
  settle(path: string): Promise<void>
}

/** `close` releases the trail's open file when the start fails. */
interface LoadedAudit {
  settle(): Promise<AuditRecords>
  close(): Promise<void>
}

export async function loadFolder(folder: string, takeOver: TakeOver, log: StoreLog): Promise<FolderRecords> {
  await refuseLaterFiles(folder)
  const files = {
    users: await readCurrentFile(folder, 'users.json', readStoredFile),
    sessions: await readCurrentFile(folder, 'sessions.json', readStoredFile),
    tokens: await readCurrentFile(folder, 'tokens.json', readStoredFile),
  }
  const users = await loadOrTakeOverUsers(files.users, takeOver, log)
  if (users.records.user.size === 0) refuseLostUsers(folder, files)
  const sessions = await loadOrReplaceSessions(files.sessions, users.records.user, log)
  const tokens = await loadOrMakeTokens(files, log)
  const audit = await loadOrMakeAudit(folder, log)
  try {
    await removeLeftovers(folder)
    await preparePictures(folder, log)
    await recoverReplacement(folder)
    await users.settle(join(folder, 'users.json'))
    await sessions.settle(join(folder, 'sessions.json'))
    await tokens.settle(join(folder, 'tokens.json'))
    const trail = await audit.settle()
    return { ...users.records, ...sessions.records, ...tokens.records, audit: trail }
  } catch (cause) {
    await audit.close()
    throw unusableFolder(`${folder} cannot be prepared`, cause, { path: folder, folder })
  }
}

/**
 * A site that had users never starts without any: the first visitor could take it over. The other files are created
 * after users.json, and a session names a user.
 */
function refuseLostUsers(
  folder: string,
  { users, sessions, tokens }: Record<'users' | 'sessions' | 'tokens', StoredFile | null>,
): void {
  const path = join(folder, 'users.json')
  const others = [sessions, tokens].filter((file) => file !== null && !isStreamlitSessions(file))
  if (users === null || isStreamlitUsers(users)) {
    const [other] = others
    if (other) throw damaged(path, `it is ${users === null ? 'missing' : 'empty'}, though ${other.path} is there`)
  }
  const { sessions: live } = sessions?.value ?? {}
  if (others.includes(sessions) && typeof live === 'object' && live !== null && Object.keys(live).length > 0) {
    throw damaged(path, `it has nobody in it, though ${sessions?.path} has sessions`)
  }
}

async function loadOrTakeOverUsers(
  file: StoredFile | null,
  takeOver: TakeOver,
  log: StoreLog,
): Promise<Loaded<Pick<Records, 'user' | 'reserved'>>> {
  if (file === null) {
    const records = noRecords('users.json')
    return { records, settle: async (path) => replaceFile(path, await encodeRecords('users.json', records)) }
  }
  if (!isStreamlitUsers(file))
    return { records: await loadRecords(file, 'users.json'), settle: (path) => tighten(path, log) }
  refuseRepeatedKeys(file)
  const takenOver = takeOver(file.value)
  const records = noRecords('users.json')
  for (const user of takenOver.users) records.user.set(userSchema.parse(user))
  return {
    records,
    async settle(path) {
      // In this order: after a crash between the two, the old file is still there and the next start repeats both.
      const kept = await keepOriginal(file)
      await replaceFile(path, await encodeRecords('users.json', records))
      logTakeOver(log, kept, takenOver)
    },
  }
}

/** Streamlit's sessions hold no token, so no browser can present one. */
async function loadOrReplaceSessions(
  file: StoredFile | null,
  users: Records['user'],
  log: StoreLog,
): Promise<Loaded<Pick<Records, 'session' | 'ended'>>> {
  if (file !== null && !isStreamlitSessions(file)) {
    const { records, leftOut } = await loadSessions(file, users)
    if (leftOut > 0)
      log.info(
        { event: 'sessions_left_out', path: file.path, leftOut },
        `Left out ${leftOut} sessions of people who are not there.`,
      )
    return { records, settle: (path) => tighten(path, log) }
  }
  const records = noRecords('sessions.json')
  return {
    records,
    async settle(path) {
      const kept = file && (await keepOriginal(file))
      await replaceFile(path, await encodeRecords('sessions.json', records))
      if (kept)
        log.info(
          { event: 'streamlit_sessions_dropped', kept },
          'The sessions of Streamlit cannot go on; their people log in again.',
        )
    },
  }
}

async function loadOrMakeTokens(
  { users, tokens }: Record<'users' | 'tokens', StoredFile | null>,
  log: StoreLog,
): Promise<Loaded<Pick<Records, JsonCollectionKind>>> {
  const { records, isOlder } = await loadTokens(tokens, users && isStreamlitUsers(users) ? null : users)
  if (tokens !== null && !isOlder) return { records, settle: (path) => tighten(path, log) }
  return { records, settle: async (path) => replaceFile(path, await encodeRecords('tokens.json', records)) }
}

/** A folder of version 0.2.0 has none. */
async function loadOrMakeAudit(folder: string, log: StoreLog): Promise<LoadedAudit> {
  const found = await loadAudit(folder)
  const path = join(folder, 'audit.jsonl')
  return {
    async settle() {
      if (found === null) await replaceFile(path, [])
      const { records, size, last } = found ?? { records: await openEmptyAudit(folder), size: 0, last: noHead }
      await tighten(path, log)
      const cut = size - records.file.index.fileSize
      if (cut > 0) {
        await truncate(path, size - cut)
        log.info(
          { event: 'audit_line_dropped', path, bytes: cut },
          `The last line of ${path} was never finished, and is gone.`,
        )
      }
      await replaceFile(join(folder, 'audit-head.json'), encodeHead(records.head))
      if (records.head.seq !== last.seq) {
        log.error(
          { event: 'audit_cut', path },
          `The end of ${path} is missing. It goes on after the gap: audit verify.`,
        )
      }
      return records
    },
    close: async () => found?.records.file.release(),
  }
}
