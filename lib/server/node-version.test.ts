import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const oldest = manifest.engines.node.replace('>=', '')

/** Runs the check as a Node of this version would. */
function runOn(version: string, ...args: string[]) {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`
  const check = `--import=data:text/javascript,import ${JSON.stringify(`file://${join(root, 'lib/server/node-version.cjs')}`)}`
  return spawnSync(process.execPath, [`--import=${pretend}`, check, ...args], { cwd: root, encoding: 'utf8' })
}

const [major = 0, minor = 0] = oldest.split('.').map(Number)

test.each(['20.20.2', '22.21.0', `${major - 1}.99.0`, `${major}.${minor - 1}.9`])(
  'Node %s gets the required version in one line',
  (version) => {
    const { status, stdout, stderr } = runOn(version, '--eval', 'console.log("ran")')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(`needs Node ${oldest} or newer, and this is Node ${version}`)
  },
)

test.each([oldest, `${major}.${minor + 1}.0`, `${major + 1}.0.0`, manifest.dependencies.node])(
  'Node %s runs',
  (version) => expect(runOn(version, '--eval', 'console.log("ran")')).toMatchObject({ status: 0, stdout: 'ran\n' }),
)

test('every npm script runs the check first', () => {
  for (const name of ['start', 'dev', 'build', 'cli'] as const) {
    expect(manifest.scripts[name]).toMatch(
      /^(MALLOC_ARENA_MAX=2 )?exec node (--heap-growing-percent=30 )?--require \.\/lib\/server\/node-version\.cjs lib\//,
    )
  }
})
