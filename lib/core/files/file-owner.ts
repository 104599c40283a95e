// File ownership: gives files that root creates to the owner of the folder, and explains permission errors.

import type { Stats } from 'node:fs'
import { statSync } from 'node:fs'
import { type FileHandle, stat } from 'node:fs/promises'
import { errorCode } from '../error-code.ts'

export interface Owner {
  uid: number
  gid: number
}

/**
 * The owner for a new file in this folder, or null if it is the current user. Only root can give files away; a service
 * could not read root's files in its folder.
 */
export async function ownerToBe(folder: string): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null
  return foreign(await stat(folder))
}

export function ownerToBeSync(folder: string): Owner | null {
  return process.getuid?.() === 0 ? foreign(statSync(folder)) : null
}

/** In a container with few mapped users, chown to the folder's owner can fail. The file then stays root's. */
export async function giveTo(owner: Owner | null, file: Pick<FileHandle, 'chown'>): Promise<void> {
  if (owner !== null) await file.chown(owner.uid, owner.gid).catch(() => {})
}

/** A shared folder such as /tmp (sticky bit) has no owner in this sense. */
function foreign({ uid, gid, mode }: Stats): Owner | null {
  return uid === 0 || (mode & 0o1000) !== 0 ? null : { uid, gid }
}

export function isPermissionError(cause: unknown): boolean {
  return /^(EACCES|EPERM)$/.test(errorCode(cause) ?? '')
}

/**
 * Says what to do about a file or folder that this process cannot use. `whole` is what the process should own: the
 * store's whole folder, or single database files, which may have neighbours. Empty on systems without user ids.
 */
export function permissionAdvice(path: string, whole: string | readonly string[]): string {
  const me = process.getuid?.()
  if (me === undefined) return ''
  const all = typeof whole === 'string' ? [whole] : whole
  const recursive = typeof whole === 'string' ? '-R ' : ''
  const present = all.filter((one) => statOf(one) !== null)
  const owner = statOf(path)?.uid ?? statOf(present[0] ?? '')?.uid
  if (owner === undefined) {
    const [missing = path] = all
    return `This process is user ${me}, which cannot create it. As root: mkdir -p ${missing} && chown ${me} ${missing}`
  }
  if (owner === me)
    return `It belongs to user ${me}, like this process, but its mode denies access. Fix it with: chmod ${recursive}u+rwX ${present.join(' ')}`
  return `It belongs to user ${owner}, and this process is user ${me}. Run the process as user ${owner}, or give the files to user ${me} as root: chown ${recursive}${me} ${present.join(' ')}`
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    // Inside a folder without permission to enter.
    return null
  }
}
