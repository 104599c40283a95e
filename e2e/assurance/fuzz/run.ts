// `npm run fuzz`: builds the present sources and tests every form and handler on the store of TEST_STORE.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import prepare from '#e2e/global-setup.ts'
import { runs, seed } from './scale.ts'
import { clearFigures, tableOfFigures } from './stats.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const started = performance.now()
const finish = await prepare()

say(`Fuzz: ${runs} requests to each form and handler; repeat with FUZZ_SEED=${seed}`)
clearFigures()
const { status } = spawnSync(
  process.execPath,
  [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'e2e/assurance/fuzz/vitest.config.ts',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FUZZ_SEED: String(seed) } },
)
await finish()

say(`\nAfter ${Math.round((performance.now() - started) / 1000)} s, with seed ${seed}:`)
for (const line of tableOfFigures()) say(line)
process.exitCode = status === 0 ? 0 : 1

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
