// The stores under test, each in a fresh place of its own.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDatabase, startPostgres, type TestPostgres } from '#lib/stores/sql/postgres-for-test.ts'

export interface Subject {
  store: StoreName
  /** As DATABASE_URL would have it. */
  location: string
  /** Where its files are; null when they are a database server's. */
  folder: string | null
  server: TestPostgres | null
  remove(): Promise<void>
}

export interface FolderSubject extends Subject {
  folder: string
}

export type FolderStore = 'JSON' | 'SQLite'
export type StoreName = FolderStore | 'PostgreSQL'

/** A store of files in a folder that does not exist yet. */
export function inFolder(store: FolderStore, folder: string): FolderSubject {
  const location = store === 'JSON' ? `json:${folder}` : `sqlite:${path.join(folder, 'site.db')}`
  return { store, location, folder, server: null, remove: async () => {} }
}

export async function makeSubject(store: StoreName): Promise<Subject> {
  return store === 'PostgreSQL' ? makePostgres() : makeFolderSubject(store)
}

export async function makeFolderSubject(store: FolderStore): Promise<FolderSubject> {
  const parent = await makeFolder()
  return {
    ...inFolder(store, path.join(parent, 'data')),
    remove: () => rm(parent, { recursive: true, force: true }),
  }
}

/** A folder for as long as `work` takes. */
export async function inFreshFolder<Answer>(
  store: FolderStore,
  work: (subject: FolderSubject) => Promise<Answer>,
): Promise<Answer> {
  const subject = await makeFolderSubject(store)
  try {
    return await work(subject)
  } finally {
    await subject.remove()
  }
}

/** Keeps the files as they are now; `putBack` makes the folder that again, as often as it is called. */
export function keepCopy({ folder }: FolderSubject): { putBack(): void } {
  const copy = `${folder}-copy`
  const copyFolder = (from: string, to: string) => execFileSync('cp', ['-a', from, to])
  copyFolder(folder, copy)
  return {
    putBack() {
      execFileSync('rm', ['-rf', folder])
      copyFolder(copy, folder)
    },
  }
}

export function makeFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'gatehouse-faults-'))
}

/** A server of its own, for it will be killed. It syncs every commit unless `durable` is false. */
export async function makePostgres({ durable = true, parent = '' } = {}): Promise<Subject> {
  const server = await inTemporaryFolder(parent, () => startPostgres({ durable }))
  const { url } = await createDatabase(server.adminUrl)
  return { store: 'PostgreSQL', location: url, folder: null, server, remove: () => server.stop() }
}

/** The server's process inherits where temporary folders are made. */
async function inTemporaryFolder<Answer>(parent: string, work: () => Promise<Answer>): Promise<Answer> {
  const { TMPDIR } = process.env
  if (parent !== '') process.env.TMPDIR = parent
  try {
    return await work()
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
}
