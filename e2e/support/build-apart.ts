// A second build of the site from a modified copy of the sources, like a deployment on another machine or the next
// release.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { cleanEnvironment, projectDir } from '#e2e/support/server-process.ts'

const sources = ['app', 'lib', 'middleware.ts', 'instrumentation.ts', 'next.config.mjs', 'postcss.config.mjs']
const descriptions = ['package.json', 'package-lock.json', 'tsconfig.json']

export interface BuiltCopy {
  dir: string
  remove(): Promise<void>
}

interface Around {
  /** Files beside the sources during the build: content by path. */
  beside?: Record<string, string>
  /** Also produced: a folder with all that the site needs to run. */
  standalone?: boolean
}

/** Builds with these settings and nothing else of this process's environment. */
export async function buildApart(
  settings: Record<string, string>,
  { beside = {}, standalone = false }: Around = {},
): Promise<BuiltCopy> {
  // On the project's disk, because packages are linked and Next takes none from outside a project.
  const around = path.join(projectDir, 'test-results')
  mkdirSync(around, { recursive: true })
  const dir = mkdtempSync(path.join(around, 'built-apart-'))
  const remove = () => rm(dir, { recursive: true, force: true })
  try {
    for (const name of [...sources, ...descriptions]) {
      cpSync(path.join(projectDir, name), path.join(dir, name), { recursive: true })
    }
    linkTree(path.join(projectDir, 'node_modules'), path.join(dir, 'node_modules'))
    appendFileSync(path.join(dir, 'app/globals.css'), `\n.${path.basename(dir)} { color: inherit }\n`)
    for (const [name, content] of Object.entries(beside)) {
      mkdirSync(path.join(dir, name, '..'), { recursive: true })
      writeFileSync(path.join(dir, name), content)
    }
    if (standalone) {
      const config = readFileSync(path.join(dir, 'next.config.mjs'), 'utf8')
      writeFileSync(path.join(dir, 'next.config.mjs'), config.replace('export default {', "$& output: 'standalone',"))
    }
    await build(dir, { DATA_DIR: path.join(dir, 'data'), ...settings })
    return { dir, remove }
  } catch (cause) {
    await remove()
    throw cause
  }
}

function linkTree(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) linkTree(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkSync(source, target)
  }
}

async function build(cwd: string, settings: Record<string, string>): Promise<void> {
  const env = cleanEnvironment(settings)
  const child = spawn(process.execPath, ['lib/server/build.ts'], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`The build in ${cwd} ended with ${code}.\n${said.slice(-6000)}`)
}
