// Describes a folder that cannot be used, with the commands that get the site running again.

import { lstatSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import * as errors from '#lib/stores/errors.ts'
import type { StoreError } from '#lib/stores/types.ts'

/** What is lost when the site starts without one of these files. It never starts without users.json. */
const losses: Record<string, string> = {
  'sessions.json': 'everybody has to log in again',
  'tokens.json': 'links and codes that were sent out are void, and mails that wait are lost',
  'audit.jsonl': 'the trail goes on after a gap, which audit verify shows',
  pictures: 'nobody has a profile picture',
  'audit-head.json': 'the start makes it again from the trail',
}

const wholeStore = ['users.json', ...Object.keys(losses), 'replacement']

export function damaged(path: string, fault: string): StoreError {
  const folder = folderOf(path)
  const isPicture = dirname(path) === join(folder, 'pictures')
  const loss = isPicture ? 'its user has no profile picture' : losses[basename(path)]
  if (loss === undefined || (folder !== dirname(path) && !isPicture))
    return errors.damaged(path, fault, `${restoring(folder)}`)
  return errors.damaged(
    path,
    fault,
    `To start without it: ${errors.moveAside([path], join(folder, 'damaged'))} (${loss}). Or go back to a back-up of everybody: ${restoring(folder)}`,
  )
}

export function madeByNewer(path: string, fault: string): StoreError {
  return errors.madeByNewer(path, fault, commands(folderOf(path), [path]))
}

function restoring(folder: string): string {
  return `To restore a back-up: ${commands(folder)}. Without a back-up, leave the last step out: the site then starts with no accounts at all.`
}

function commands(folder: string, others: readonly string[] = []): string {
  const paths = new Set([...wholeStore.map((name) => join(folder, name)), ...others])
  const present = [...paths].filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  return `${errors.moveAside(present, join(folder, 'damaged'))} && ${errors.restoreCommand}`
}

/** The store's folder, also for a file inside a replacement. */
export function folderOf(path: string): string {
  const folder = dirname(path)
  if (basename(folder) === 'pictures') return folderOf(folder)
  return basename(folder) === 'replacement' ? dirname(folder) : folder
}
