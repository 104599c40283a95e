// Whose files are: what root makes belongs to the owner of the folder, and what this process may not touch is told with
// the user it belongs to.

import type { Stats } from 'node:fs'
import { statSync } from 'node:fs'
import { type FileHandle, stat } from 'node:fs/promises'

export interface Owner {
  uid: number
  gid: number
}

/**
 * Who is to have a file that is made in this folder; null when that is who makes it. Only root can give files away:
 * what it makes in a service's folder, the service could not read.
 */
export async function ownerToBe(folder: string): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null
  return foreign(await stat(folder))
}

/** The same for those who cannot wait. */
export function ownerToBeSync(folder: string): Owner | null {
  return process.getuid?.() === 0 ? foreign(statSync(folder)) : null
}

/** In a container that maps few users the owner may be nobody whom a file can be given to; it stays root's then. */
export async function giveTo(owner: Owner | null, file: Pick<FileHandle, 'chown'>): Promise<void> {
  if (owner !== null) await file.chown(owner.uid, owner.gid).catch(() => {})
}

/** A folder that is everybody's, as /tmp, is nobody's. */
function foreign({ uid, gid, mode }: Stats): Owner | null {
  return uid === 0 || (mode & 0o1000) !== 0 ? null : { uid, gid }
}

export function isPermissionFault(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM')
}

/**
 * What to do about a file or folder that this process may not use. `whole` is what the process should own: the store's
 * folder with all that is in it, or the files of a database, which may have neighbours. Empty where there are no such users.
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
    return `This process is user ${me}, who may not make it. As root: mkdir -p ${missing} && chown ${me} ${missing}`
  }
  if (owner === me)
    return `It belongs to user ${me}, as this process does, but its mode keeps that user out. Make it usable: chmod ${recursive}u+rwX ${present.join(' ')}`
  return `It belongs to user ${owner}, and this process is user ${me}. Run the process as user ${owner}, or give the files to user ${me}, as root: chown ${recursive}${me} ${present.join(' ')}`
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    // Below a folder that may not be entered.
    return null
  }
}
