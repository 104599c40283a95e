// The wording of store errors: which file, what is wrong, what to do.

import { lstatSync } from 'node:fs'
import { permissionAdvice } from '../core/files/file-owner.ts'
import { StoreError } from './types.ts'

/** `wayOut` says what to do, in steps that end with a running site. */
export function damaged(path: string, fault: string, wayOut: string): StoreError {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined
  const state = isThere ? 'It was left untouched.' : 'Put it back where it was, if you have it.'
  return new StoreError('store_damaged', `${path} cannot be used: ${fault}. ${state} ${wayOut}`)
}

/** Not damage: a later version wrote the file. */
export function madeByNewer(what: string, fault: string, wayOut: string): StoreError {
  return new StoreError(
    'store_damaged',
    `${what} was made by a newer Gatehouse (${fault}). It was left untouched. Run that version again. To stay with this one, restore a back-up that it made: ${wayOut}`,
  )
}

/** Shell commands that move these files into a new folder of this name, or the next free one. */
export function moveAside(paths: readonly string[], name: string): string {
  let aside = name
  for (let number = 2; lstatSync(aside, { throwIfNoEntry: false }); number++) aside = `${name}-${number}`
  return `mkdir ${quoted(aside)} && mv ${paths.map(quoted).join(' ')} ${quoted(aside)}`
}

export const restoreCommand = 'npm run cli -- store restore <file>'

/** For problems that shell commands cannot fix. */
export const restoreElsewhere = `set DATABASE_URL to another, empty place, and ${restoreCommand}`

/** Quotes a path for a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** A file without read or write permission is not damaged, so the message does not ask to move it away. */
export function notPermitted(path: string, cause: unknown, whole: string | readonly string[]): StoreError {
  const message = `${path} cannot be used: ${messageOf(cause)}. ${permissionAdvice(path, whole)}`
  return new StoreError('store_unavailable', message, { cause })
}

export function unavailable(what: string, cause: unknown): StoreError {
  return new StoreError('store_unavailable', `${what}: ${messageOf(cause)}`, { cause })
}

export function messageOf(thrown: unknown): string {
  // An AggregateError, as for a host with several addresses, may have an empty message.
  if (thrown instanceof AggregateError && thrown.message === '') return thrown.errors.map(messageOf).join('; ')
  return thrown instanceof Error ? thrown.message : String(thrown)
}
