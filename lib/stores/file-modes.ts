// Checks whether other accounts of the machine can reach a store's files.

import { lstat } from 'node:fs/promises'
import { join } from 'node:path'

import type { StoreLocation } from './location.ts'

const filesOfFolder = ['.', 'users.json', 'sessions.json', 'tokens.json', 'pictures', 'secret', 'lock']

/** A sentence for each file or folder that is open to others. Changes nothing. */
export async function findOpenFiles(location: StoreLocation): Promise<string[]> {
  // Windows has no such modes.
  if (process.platform === 'win32') return []
  const faults = await Promise.all(pathsOf(location).map(findOpenness))
  return faults.filter((fault) => fault !== null)
}

function pathsOf(location: StoreLocation): string[] {
  switch (location.driver) {
    case 'json':
      return filesOfFolder.map((name) => join(location.dir, name))
    case 'sqlite':
      return ['', '-wal', '-shm'].map((suffix) => location.path + suffix)
    case 'postgres':
      return []
  }
}

async function findOpenness(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => null)
  // Skip missing files, and links, which have no mode.
  if (found === null || found.isSymbolicLink() || (found.mode & 0o077) === 0) return null
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  return `${path} is open to other accounts of this machine (${mode}). The server closes it when it starts.`
}
