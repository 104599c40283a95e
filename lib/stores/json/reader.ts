// Reads a folder from outside: without its lock, without changes, also while a server runs.

import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { unavailable } from '#lib/stores/errors.ts'
import { StoreError, type StoreReader } from '#lib/stores/types.ts'

import { openAuditReader } from './audit.ts'
import { readStoredFile, type StoredFile } from './document.ts'
import { refuseLaterFiles } from './later-files.ts'
import { dump, valuesOf } from './moving.ts'
import { readPictures } from './pictures.ts'
import { loadRecords, loadTokens, noRecords, type Records } from './record-files.ts'
import { readCurrentFile } from './replacement.ts'
import { loadSessions } from './sessions.ts'
import { isStreamlitSessions, isStreamlitUsers } from './streamlit-files.ts'

/**
 * Throws `store_unavailable` when `dir` has no store, and `store_damaged` when it has an older application's. While a
 * server runs, each file is from a different moment, and the touches of the last seconds may be missing. Users are read
 * last and sessions of unknown users left out, so that every user named by a record exists.
 */
export async function openJsonReader(dir: string): Promise<StoreReader> {
  const folder = await realpath(dir).catch((cause: unknown) => {
    throw unavailable(`There is no store in ${resolve(dir)}`, cause)
  })
  await requireUsersFile(folder)
  let isOpen = true
  return {
    description: `JSON files in ${folder}`,
    async *dump() {
      if (!isOpen) throw new StoreError('store_unavailable', `The reader of ${folder} is closed.`)
      const audit = await openAuditReader(folder)
      try {
        yield* dump({ ...valuesOf(await readFolder(folder)), picture: readPictures(folder), audit: audit.entries() })
      } finally {
        await audit.close()
      }
    },
    async findAuditHead() {
      const audit = await openAuditReader(folder)
      try {
        return await audit.findHead()
      } finally {
        await audit.close()
      }
    },
    async close() {
      isOpen = false
    },
  }
}

async function readFolder(folder: string): Promise<Records> {
  await refuseLaterFiles(folder)
  const sessionsFile = await readCurrentFile(folder, 'sessions.json', readStoredFile)
  const tokensFile = await readCurrentFile(folder, 'tokens.json', readStoredFile)
  const usersFile = await requireUsersFile(folder)
  const users = await loadRecords(usersFile, 'users.json')
  const hasSessions = sessionsFile !== null && !isStreamlitSessions(sessionsFile)
  return {
    ...users,
    ...(hasSessions ? (await loadSessions(sessionsFile, users.user)).records : noRecords('sessions.json')),
    ...(await loadTokens(tokensFile, usersFile)).records,
  }
}

async function requireUsersFile(folder: string): Promise<StoredFile> {
  const file = await readCurrentFile(folder, 'users.json', readStoredFile)
  if (file === null) {
    throw new StoreError(
      'store_unavailable',
      `There is no store in ${folder}: ${join(folder, 'users.json')} is missing.`,
    )
  }
  if (isStreamlitUsers(file)) {
    throw new StoreError(
      'store_damaged',
      `${file.path} is the file of the Streamlit application. Start the server once first: it takes its people over.`,
    )
  }
  return file
}
