// `npm run build`: a production build of the present sources, made only when there is none.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { readSettings, type Settings } from '../config.ts'
import { findActionKey } from './action-key.ts'
import { loadEnvFiles } from './env-files.ts'

const root = join(import.meta.dirname, '../..')
/** Beside Next's own output, so that removing the build removes the mark too. */
const markPath = join(root, '.next/gatehouse-sources')
/** All that a build is made of; the lock file stands for node_modules. */
const sources = [
  'app/**/*.*',
  'lib/**/*.ts',
  'middleware.ts',
  '*.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

/** Builds when the sources changed since the last build. `say` gets progress for people. Throws when it fails. */
export async function buildIfNeeded(settings: Settings, say: (line: string) => void): Promise<void> {
  const present = await sourcesDigest()
  const built = await readFile(markPath, 'utf8').catch(() => null)
  if (built === present) return

  say(built === null ? 'Building the site: there is no build yet.' : 'Building the site: the sources changed.')
  const began = performance.now()
  await runNextBuild(await findActionKey(settings))
  await withdrawSources()
  await writeFile(markPath, present)
  say(`Built in ${Math.round((performance.now() - began) / 1000)} s.`)
}

/** By content, so that a checkout or a touch of a file's time does not cause a build. */
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

/** Turbopack puts the source of a worker thread among the files for browsers too, where nobody asks for it. */
async function withdrawSources(): Promise<void> {
  for await (const path of glob('.next/static/**/*.ts', { cwd: root })) await rm(join(root, path))
}

function runNextBuild(actionKey: string | null): Promise<void> {
  const next = join(root, 'node_modules/next/dist/bin/next')
  // Its output is for people: stdout is kept for log lines.
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: root,
    env: {
      // Behind what the environment has: whoever sets the key there means it.
      ...(actionKey !== null && { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionKey }),
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
    },
    stdio: ['ignore', 2, 2],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(Object.assign(new Error('The build failed; its output is above.'), { code: 'build_failed' })),
    )
  })
}

if (import.meta.main) {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  try {
    loadEnvFiles(say)
    await buildIfNeeded(readSettings(), say)
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
