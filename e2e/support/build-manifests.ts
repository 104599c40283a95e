// Reads the routes and server actions from the production build.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { projectDir } from '#e2e/support/server-process.ts'

export interface BuiltRoute {
  /** As in a URL, with `x` for each parameter. */
  path: string
  isHandler: boolean
}

export interface BuiltAction {
  id: string
  /** As `file#export`. */
  name: string
}

/** Next's own pages for missing and broken pages, which contain no data. */
const ownPages = ['/_not-found', '/_global-error']

export function readRoutes(): BuiltRoute[] {
  const manifest = readManifest<Record<string, string>>('app-paths-manifest.json')
  return Object.keys(manifest)
    .map((key) => ({
      path:
        key
          .replace(/\/(page|route)$/, '')
          .replace(/\/\([^/]+\)/g, '')
          .replace(/\[+[^\]]+\]+/g, 'x') || '/',
      isHandler: key.endsWith('/route'),
    }))
    .filter((route) => !ownPages.includes(route.path))
}

export function readActions(): BuiltAction[] {
  const { node } = readManifest<{ node: Record<string, { filename: string; exportedName: string }> }>(
    'server-reference-manifest.json',
  )
  return Object.entries(node).map(([id, { filename, exportedName }]) => ({ id, name: `${filename}#${exportedName}` }))
}

export function findActionId(name: string): string {
  const action = readActions().find((known) => known.name === name)
  if (!action) throw new Error(`The build has no action ${name}`)
  return action.id
}

/** The URL of a script that every page loads. */
export function findStaticFile(): string {
  const [file] = readManifest<{ rootMainFiles: string[] }>('../build-manifest.json').rootMainFiles
  return `/_next/${file}`
}

function readManifest<Manifest>(name: string): Manifest {
  return JSON.parse(readFileSync(path.join(projectDir, '.next/server', name), 'utf8')) as Manifest
}
