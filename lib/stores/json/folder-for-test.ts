// A fresh folder per test, opened like the server does. Closed and removed after the test.

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { takeOverStreamlit } from '#lib/features/import/streamlit.ts'
import type { Stores } from '#lib/stores/types.ts'

import { openJsonStores } from './open.ts'

export interface LogLine {
  level: 'info' | 'warn' | 'error'
  fields: object
  message: string
}

export interface TestFolder {
  dir: string
  log: LogLine[]
  path(name: string): string
  read(name: string): Promise<string>
  readBytes(name: string): Promise<Buffer>
  write(name: string, content: string | Buffer): Promise<void>
  chmod(name: string, mode: number): Promise<void>
  open(): Promise<Stores>
}

/** The stores of an open folder. */
export const ownFiles = ['audit-head.json', 'audit.jsonl', 'lock', 'sessions.json', 'tokens.json', 'users.json']

/** Longer than any test, so what is on disk was written because a caller waited for it. */
export const never = 60 * 60 * 1000

export async function freshFolder(): Promise<TestFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const log: LogLine[] = []
  const path = (name: string) => join(dir, name)
  return {
    dir,
    log,
    path,
    read: (name) => readFile(path(name), 'utf8'),
    readBytes: (name) => readFile(path(name)),
    write: (name, content) => writeFile(path(name), content, { mode: 0o600 }),
    chmod: (name, mode) => chmod(path(name), mode),
    open: () => openFolder(dir, log),
  }
}

export async function openFolder(dir: string, log: LogLine[] = [], touchDelayMs = never): Promise<Stores> {
  const write = (level: LogLine['level']) => (fields: object, message: string) => {
    log.push({ level, fields, message })
  }
  let ids = 0
  const stores = await openJsonStores({
    dir,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    takeOver: (old) => takeOverStreamlit(old, { now: 1_000, newId: () => `id-${++ids}` }),
    touchDelayMs,
  })
  onTestFinished(() => stores.close().catch(() => {}))
  return stores
}
