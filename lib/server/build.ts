// `npm run build`: builds the site when the sources have changed.

import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { glob, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { readSettings, type Settings } from '../config.ts'
import { seconds } from '../core/clock.ts'
import { errorCode } from '../core/error-code.ts'
import { messageOf } from '../stores/errors.ts'
import { findActionKey } from './action-key.ts'
import { onEnd } from './end.ts'
import { loadEnvFiles } from './env-files.ts'
import { keepBuild } from './kept-build.ts'
import { compressStaticFiles } from './static-files.ts'

const root = join(import.meta.dirname, '../..')
/** Inside Next's own output, so that removing the build removes the mark too. */
const markPath = join(root, '.next/gatehouse-sources')
/** All inputs of a build. The lock file covers node_modules. */
const sources = [
  'app/**/*.*',
  'lib/**/*.{ts,cjs}',
  'middleware.ts',
  'instrumentation.ts',
  '*.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

/** How long Next gets to stop after SIGTERM. */
const endWithinMs = seconds(5)

interface Builder {
  /** Receives progress messages. */
  say: (line: string) => void
  /** Aborts the build, which then throws. */
  signal: AbortSignal
}

/**
 * Builds when the sources changed since the last build. On failure, throws after all processes of the build have ended.
 */
export async function buildIfNeeded(settings: Settings, { say, signal }: Builder): Promise<void> {
  const present = await sourcesDigest()
  const built = await readFile(markPath, 'utf8').catch(() => null)
  if (built === present) return

  say(built === null ? 'Building the site: there is no build yet.' : 'Building the site: the sources changed.')
  const began = performance.now()
  await runNextBuild(await findActionKey(settings), signal)
  await withdrawSources()
  await compressStaticFiles(join(root, '.next'))
  await keepBuild(root)
  await writeFile(markPath, present)
  say(`Built in ${Math.round((performance.now() - began) / 1000)} s.`)
}

/** Hashes contents, so that a checkout or a changed mtime does not cause a build. */
async function sourcesDigest(): Promise<string> {
  const digest = createHash('sha256')
  const found = await Array.fromAsync(glob(sources, { cwd: root, exclude: ['**/*.test.ts'], withFileTypes: true }))
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const path of paths.toSorted()) {
    digest.update(relative(root, path)).update('\0')
    digest.update(await readFile(path)).update('\0')
  }
  return digest.digest('hex')
}

/** Turbopack also publishes the source of the worker thread among the browser files. */
async function withdrawSources(): Promise<void> {
  for await (const path of glob('.next/static/**/*.ts', { cwd: root })) await rm(join(root, path))
}

async function runNextBuild(actionKey: string | null, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const next = join(root, 'node_modules/next/dist/bin/next')
  // Next prints progress to stdout, which is reserved for log lines.
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: root,
    env: {
      // A key from the environment wins.
      ...(actionKey !== null && { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionKey }),
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
    },
    stdio: ['ignore', 2, 2],
    // Next leaves its workers running when only its own process is signalled, so signal a process group.
    detached: true,
  })
  const end = () => {
    signalGroup(child, 'SIGTERM')
    setTimeout(() => signalGroup(child, 'SIGKILL'), endWithinMs).unref()
  }
  signal.addEventListener('abort', end)
  try {
    const [code] = await once(child, 'exit')
    signal.throwIfAborted()
    if (code !== 0) throw Object.assign(new Error('The build failed; its output is above.'), { code: 'build_failed' })
  } finally {
    signal.removeEventListener('abort', end)
    if (signal.aborted) signalGroup(child, 'SIGKILL')
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // The group has already ended.
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

if (import.meta.main) {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const ending = new AbortController()
  onEnd((reason) => ending.abort(reason), { byNpm: process.env.npm_lifecycle_event === 'build' })
  try {
    loadEnvFiles(say)
    await buildIfNeeded(readSettings(), { say, signal: ending.signal })
  } catch (error) {
    say(ending.signal.aborted ? `The build was ended (${ending.signal.reason}).` : messageOf(error))
    process.exitCode = 1
  }
}
