// A copy of the built project that a test can modify.
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { projectDir } from '#e2e/support/server-process.ts'

const leftOut = ['.git', '.next/cache', '.next/dev', 'node_modules', 'data', 'test-results', 'bench']

export interface BuildCopy {
  /** The folder to start a server in. */
  dir: string
  remove: () => Promise<void>
  /** Replaces matches in the compiled pages. Throws when there are none. */
  change: (from: RegExp, to: string) => Promise<void>
}

/** A server in it reads `.next`, which tests change, unless the standalone build is copied too. */
export async function copyBuild({ withKept = false } = {}): Promise<BuildCopy> {
  const dir = await mkdtemp(path.join(tmpdir(), 'gatehouse-copy-'))
  const skipped = new Set(leftOut.map((name) => path.join(projectDir, name)))
  const kept = path.join(projectDir, '.next-')
  const filter = (source: string) => !skipped.has(source) && (withKept || !source.startsWith(kept))
  await cp(projectDir, dir, { recursive: true, filter, verbatimSymlinks: true })
  await symlink(path.join(projectDir, 'node_modules'), path.join(dir, 'node_modules'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true }), change: (...how) => change(dir, ...how) }
}

async function change(dir: string, from: RegExp, to: string): Promise<void> {
  let changed = 0
  for await (const file of glob(path.join(dir, '.next/server/chunks/ssr/*.js'))) {
    const text = await readFile(file, 'utf8')
    if (!from.test(text)) continue
    await writeFile(file, text.replace(from, to))
    changed += 1
  }
  if (changed === 0) throw new Error(`Nothing of the build matches ${from}`)
}
