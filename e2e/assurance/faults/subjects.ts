// The stores under test, each in a fresh place.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDatabase, startPostgres, type TestPostgres } from '#lib/stores/sql/postgres-for-test.ts'

export interface Subject {
  store: StoreName
  /** As in DATABASE_URL. */
  location: string
  /** The folder of its files; null for a database server's. */
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

/** A temporary folder for the duration of `work`. */
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

/** Saves the present files; `putBack` restores them any number of times. */
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

/** A separate server, because it will be killed. Syncs every commit unless `durable` is false. */
export async function makePostgres({ durable = true, parent = '' } = {}): Promise<Subject> {
  const server = await inTemporaryFolder(parent, () => startPostgres({ durable }))
  const { url } = await createDatabase(server.adminUrl)
  return { store: 'PostgreSQL', location: url, folder: null, server, remove: () => server.stop() }
}

/** The server's process inherits TMPDIR. */
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
