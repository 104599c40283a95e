// Recognises the files of the Streamlit application that ran here before, and keeps them unchanged beside the new ones.
// The caller decides what becomes of its users.

import { lstat, readFile } from 'node:fs/promises'
import { replaceFile } from '#lib/core/files/durable-file.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import type { UserRecord } from '#lib/stores/types.ts'
import type { StoredFile } from './document.ts'

export interface Remark {
  name: string
  reason: string
}

/** The users to import, those who cannot be imported and why, and fields that were dropped. */
export type TakeOver = (old: unknown) => { users: UserRecord[]; refused: Remark[]; notes: Remark[] }

/** A username may be "version", so only a number there marks one of our files. */
export function isStreamlitUsers(file: StoredFile): boolean {
  return looksOlder(file, ['password', 'profile'])
}

export function isStreamlitSessions(file: StoredFile): boolean {
  return looksOlder(file, ['expiry', 'last_activity'])
}

/**
 * One entry in the known format is enough, so that an odd entry cannot stop the import. With none, it is rather one of
 * our files that lost its version, and must not be mistaken for an empty one.
 */
function looksOlder({ value }: StoredFile, fields: readonly string[]): boolean {
  if (typeof value.version === 'number') return false
  const entries = Object.values(value)
  return entries.length === 0 || entries.some((entry) => fields.some((field) => hasField(entry, field)))
}

function hasField(entry: unknown, field: string): boolean {
  return typeof entry === 'object' && entry !== null && Object.hasOwn(entry, field)
}

/** Keeps the original durably under the first name that is free or already has the same bytes. */
export async function keepOriginal({ path, bytes }: StoredFile): Promise<string> {
  for (let number = 1; ; number++) {
    const kept = path.replace(/\.json$/, number === 1 ? '.streamlit.json' : `.streamlit-${number}.json`)
    if (await isFree(kept)) {
      await replaceFile(kept, [bytes])
      return kept
    }
    if (await holds(kept, bytes)) return kept
  }
}

export function logTakeOver(log: StoreLog, kept: string, { users, refused, notes }: ReturnType<TakeOver>): void {
  for (const { name, reason } of refused)
    log.warn({ event: 'streamlit_person_refused', name, reason }, `Not taken over from Streamlit: ${reason}`)
  for (const { name, reason } of notes)
    log.warn({ event: 'streamlit_person_in_part', name, reason }, `Taken over from Streamlit in part: ${reason}`)
  const counts = { takenOver: users.length, refused: refused.length, notes: notes.length }
  log.info(
    { event: 'streamlit_taken_over', ...counts, kept },
    `Took over ${users.length} people from Streamlit, refused ${refused.length}.`,
  )
}

async function isFree(path: string): Promise<boolean> {
  return (await lstat(path).catch((error: NodeJS.ErrnoException) => error.code)) === 'ENOENT'
}

async function holds(path: string, bytes: Buffer): Promise<boolean> {
  const found = await readFile(path).catch(() => null)
  return found?.equals(bytes) === true
}
