// How a store's faults read: which file, what is wrong, what to do.

import { lstatSync } from 'node:fs'
import { permissionAdvice } from '../core/files/file-owner.ts'
import { StoreError } from './types.ts'

/** `wayOut` is what to do, in steps that end with a site that starts. */
export function damaged(path: string, fault: string, wayOut: string): StoreError {
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined
  const state = isThere ? 'It was left untouched.' : 'Put it back where it was, if you have it.'
  return new StoreError('store_damaged', `${path} cannot be used: ${fault}. ${state} ${wayOut}`)
}

/** Not damage: a version from after this one wrote it. */
export function madeByNewer(what: string, fault: string, wayOut: string): StoreError {
  return new StoreError(
    'store_damaged',
    `${what} was made by a newer Gatehouse (${fault}). It was left untouched. Run that version again. To stay with this one, restore a back-up that it made: ${wayOut}`,
  )
}

/** The commands that put these files into a new folder of this name, or the next that is free. */
export function moveAside(paths: readonly string[], name: string): string {
  let aside = name
  for (let number = 2; lstatSync(aside, { throwIfNoEntry: false }); number++) aside = `${name}-${number}`
  return `mkdir ${quoted(aside)} && mv ${paths.map(quoted).join(' ')} ${quoted(aside)}`
}

export const restoreCommand = 'npm run cli -- store restore <file>'

/** For what cannot be moved aside with a command of the shell. */
export const restoreElsewhere = `set DATABASE_URL to another, empty place, and ${restoreCommand}`

/** For a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** What may not be read or written by this process is not damaged: nobody has to move it away. */
export function notPermitted(path: string, cause: unknown, whole: string | readonly string[]): StoreError {
  const message = `${path} cannot be used: ${messageOf(cause)}. ${permissionAdvice(path, whole)}`
  return new StoreError('store_unavailable', message, { cause })
}

export function unavailable(what: string, cause: unknown): StoreError {
  return new StoreError('store_unavailable', `${what}: ${messageOf(cause)}`, { cause })
}

export function messageOf(thrown: unknown): string {
  // What stands for the errors of several attempts, as at several addresses of one name, may say nothing itself.
  if (thrown instanceof AggregateError && thrown.message === '') return thrown.errors.map(messageOf).join('; ')
  return thrown instanceof Error ? thrown.message : String(thrown)
}
