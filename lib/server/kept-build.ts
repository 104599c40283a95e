// The build that a server serves from. Next reads files of its build as they are asked for, and empties `.next` when it
// builds again: so each build is kept under a name of its own, until no server uses it.
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, link, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What Next puts there that no server reads. */
const leftOut = ['cache', 'dev', 'diagnostics', 'lock', 'standalone', 'trace', 'trace-build', 'turbopack', 'types']
/** A lock of SQLite's on this file, which ends with its process, says that a server uses the build. */
const lockName = 'in-use'
const next = '.next'
const prefix = '.next-'

/** Keeps the build in `.next`, and removes what was kept of earlier ones that no server uses. */
export async function keepBuild(root: string): Promise<void> {
  const name = keptName(await readFile(join(root, next, 'BUILD_ID'), 'utf8'))
  const unfinished = join(root, `${prefix}unfinished`)
  await rm(unfinished, { recursive: true, force: true })
  await linkTree(join(root, next), unfinished, leftOut)
  makeLock(join(unfinished, lockName))
  await rm(join(root, name), { recursive: true, force: true })
  await rename(unfinished, join(root, name))
  for (const other of await readdir(root)) {
    const lock = join(root, other, lockName)
    if (!other.startsWith(prefix) || other === name || !existsSync(lock) || isInUse(lock)) continue
    await rm(join(root, other), { recursive: true, force: true })
  }
}

/**
 * The folder to serve from, relative to `root`, held until this process ends. `.next` itself where nothing is kept: a
 * build that Next made alone, or that was brought here alone.
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

/** Referenced here, or the lock would go with the garbage. */
let held: DatabaseSync | undefined

export function letGoOfBuild(): void {
  held?.close()
  held = undefined
}

const keptName = (buildId: string) => `${prefix}${buildId.trim()}`

/** Links cost no room. Next replaces files and never writes into them, so what is linked stays as it is. */
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

/** Also on a file system that takes no writes. */
function holdLock(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
  // A transaction that has read something keeps others from taking the file for themselves.
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
    // Held by a server, or not to be told: then it stays.
    return true
  } finally {
    database?.close()
  }
}
