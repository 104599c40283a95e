// Keeps the build that a running server uses. Next reads build files on demand and empties `.next` when it builds
// again, so each build is kept in a folder named after it until no server uses it.
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, link, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Parts of Next's output that no server reads. */
const leftOut = ['cache', 'dev', 'diagnostics', 'lock', 'standalone', 'trace', 'trace-build', 'turbopack', 'types']
/** A server holds a SQLite lock on this file while it uses the build; the lock ends with the process. */
const lockName = 'in-use'
const next = '.next'
const prefix = '.next-'

/** What Node compiled (node-version.cjs), by file: of no use after a build. */
const compiled = 'node_modules/.cache/compile'

/** Keeps the build in `.next`, and removes earlier ones that no server uses. */
export async function keepBuild(root: string): Promise<void> {
  const name = keptName(await readFile(join(root, next, 'BUILD_ID'), 'utf8'))
  const unfinished = join(root, `${prefix}unfinished`)
  await rm(unfinished, { recursive: true, force: true })
  await linkTree(join(root, next), unfinished, leftOut)
  makeLock(join(unfinished, lockName))
  await rm(join(root, name), { recursive: true, force: true })
  await rename(unfinished, join(root, name))
  await rm(join(root, compiled), { recursive: true, force: true })
  for (const other of await readdir(root)) {
    const lock = join(root, other, lockName)
    if (!other.startsWith(prefix) || other === name || !existsSync(lock) || isInUse(lock)) continue
    await rm(join(root, other), { recursive: true, force: true })
  }
}

/**
 * Returns the folder to serve from, relative to `root`, and holds it until this process ends. Returns `.next` when
 * there is no kept build, as after a plain `next build` or a copied build.
 */
export function holdBuild(root: string): string {
  try {
    const name = keptName(readFileSync(join(root, next, 'BUILD_ID'), 'utf8'))
    held = holdLock(join(root, name, lockName))
    return name
  } catch {
    return next
  }
}

/** Referenced here, or garbage collection would close it and release the lock. */
let held: DatabaseSync | undefined

export function letGoOfBuild(): void {
  held?.close()
  held = undefined
}

const keptName = (buildId: string) => `${prefix}${buildId.trim()}`

/** Hard links take no space. Next replaces files and never modifies them, so the linked content never changes. */
async function linkTree(from: string, to: string, without: readonly string[] = []): Promise<void> {
  await mkdir(to)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (without.includes(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await linkTree(source, target)
    else if (entry.isSymbolicLink()) {
      await symlink(relative(dirname(target), resolve(dirname(source), await readlink(source))), target)
    } else await link(source, target).catch(() => copyFile(source, target))
  }
}

function makeLock(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE build (server)')
  database.close()
}

/** Opens read-only, so that it works on a read-only file system. */
function holdLock(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
  // A transaction that has read something prevents an exclusive lock.
  database.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
  return database
}

function isInUse(path: string): boolean {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE; ROLLBACK')
    return false
  } catch {
    // A server holds it, or the lock cannot be read: keep the build.
    return true
  } finally {
    database?.close()
  }
}
