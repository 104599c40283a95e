// A copy of the built project whose middleware is gone, to see whether the second door holds by itself.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { projectDir } from '#e2e/support/server-process.ts'

const leftOut = ['.git', '.next/cache', '.next/dev', 'node_modules', 'data', 'test-results', 'bench/.bare']

interface FunctionsManifest {
  functions: Record<string, unknown>
}

/** The copied folder, to start a server in and to remove afterwards. */
export async function copyWithoutMiddleware(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'gatehouse-no-middleware-'))
  const skipped = new Set(leftOut.map((name) => path.join(projectDir, name)))
  await cp(projectDir, dir, { recursive: true, filter: (source) => !skipped.has(source), verbatimSymlinks: true })
  await symlink(path.join(projectDir, 'node_modules'), path.join(dir, 'node_modules'))

  const file = path.join(dir, '.next/server/functions-config-manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as FunctionsManifest
  if (!('/_middleware' in manifest.functions)) throw new Error(`${file} names no middleware that could be removed`)
  delete manifest.functions['/_middleware']
  await writeFile(file, JSON.stringify(manifest))
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}
