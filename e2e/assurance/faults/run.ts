// `npm run test:faults`: lists what this machine cannot do, runs the rest and prints the figures. FAULTS=short runs a
// small part and may skip what is not permitted. Otherwise a skipped part is a failure, unless `--without-root` accepts
// it.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { faultFile, parts } from './parts.ts'
import { seed } from './random.ts'
import { isShort } from './scale.ts'
import { clearTallies, tableOfTallies } from './stats.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const started = performance.now()
/** Vitest options for collecting the results. */
const reporting = process.argv.slice(2).filter((option) => option !== '--without-root')
const mayLeaveOut = isShort || process.argv.includes('--without-root')

const files: string[] = []
const leftOut: string[] = []
for (const part of parts) {
  const obstacle = part.obstacle?.() ?? null
  if (obstacle === null) files.push(...part.files.map(faultFile))
  else leftOut.push(`Not run: ${part.what}: ${obstacle}.`)
}

say(`Fault suite, ${isShort ? 'short form' : 'long form'}; repeat with FAULTS_SEED=${seed}`)
for (const line of leftOut) say(line)
clearTallies()
const { status } = spawnSync(
  process.execPath,
  [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'e2e/assurance/faults/vitest.config.ts',
    ...files,
    ...reporting,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FAULTS_SEED: String(seed) } },
)

say(`\nAfter ${Math.round((performance.now() - started) / 1000)} s, with seed ${seed}:`)
for (const line of tableOfTallies()) say(line)
for (const line of leftOut) say(line)
if (leftOut.length > 0 && !mayLeaveOut) say('Run it as root on Linux, or say --without-root to leave that out.')
process.exitCode = status === 0 && (leftOut.length === 0 || mayLeaveOut) ? 0 : 1

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
