// The folder itself: made when missing, and closed to other accounts of the machine.

import { chmod, mkdir, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { syncFolder } from '#lib/durable-file.ts'
import { messageOf, unavailable } from './errors.ts'
import type { StoreLog } from './log.ts'

/** The folder's real path, however it was named or linked to. */
export async function prepareFolder(dir: string, log: StoreLog): Promise<string> {
  try {
    const firstMade = await mkdir(dir, { recursive: true, mode: 0o700 })
    if (firstMade !== undefined) await syncParents(resolve(dir), dirname(firstMade))
    const folder = await realpath(dir)
    const { mode } = await stat(folder)
    // A folder with the sticky bit, as /tmp, is everybody's; closing it would break the machine.
    if (mode & 0o1000) throw new Error('it is a folder shared by many; name one of its own')
    if (await isOurs(folder)) await tighten(folder, log)
    else if ((mode & 0o077) !== 0) {
      log.warn({ path: folder }, `${folder} holds other things and is open to other accounts; its mode was left alone.`)
    }
    return folder
  } catch (cause) {
    throw unavailable(`The folder ${dir} cannot be used`, cause)
  }
}

/** Closing a folder that others use would lock them out: ours is empty, or has the store's files in it. */
async function isOurs(folder: string): Promise<boolean> {
  const names = await readdir(folder)
  const others = names.filter((name) => !['README.md', '.gitignore', '.gitkeep', 'lost+found'].includes(name))
  return others.length === 0 || ['lock', 'users.json', 'sessions.json', 'secret'].some((name) => others.includes(name))
}

/** Takes the rights of the group and of others away from a file or folder. */
export async function tighten(path: string, log: StoreLog): Promise<void> {
  const found = await stat(path)
  if ((found.mode & 0o077) === 0) return
  const before = `0${(found.mode & 0o777).toString(8)}`
  const fault = `${path} was open to other accounts of this machine (${before})`
  try {
    await chmod(path, found.isDirectory() ? 0o700 : 0o600)
    // A fresh clone's folder is open and empty: nothing to worry about. A file with people in it is.
    if (found.isDirectory()) log.info({ path, before }, `${fault}; it is closed now.`)
    else log.warn({ path, before }, `${fault}; it is closed now.`)
  } catch (cause) {
    log.warn({ path, before }, `${fault} and cannot be closed: ${messageOf(cause)}`)
  }
}

/** Makes new folders durable, from the innermost outwards. */
async function syncParents(folder: string, outermost: string): Promise<void> {
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    await syncFolder(parent)
    if (parent === resolve(outermost) || parent === dirname(parent)) return
  }
}
