import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { settingNames } from '../config.ts'
import { runCommand } from './command-for-test.ts'

const given = {
  DATABASE_URL: 'postgres://gatehouse:geheim@db.example.com/site',
  SESSION_SECRET: `${'x'.repeat(32)},${'y'.repeat(32)}`,
}

test.each([[], ['--json']])('settings %s shows the current settings without secrets', async (...more) => {
  const { code, stdout, stderr } = await runCommand(['settings', ...more], given)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('PostgreSQL database site at db.example.com')
  expect(stdout).toContain('2 given')
  expect(stdout).not.toMatch(/geheim|xxx|yyy/)
})

test('settings lists every setting by the name in README.md', async () => {
  const { stdout } = await runCommand(['settings', '--json'])
  const shown = Object.keys(JSON.parse(stdout))
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'))
  const documented = rows.flatMap((row) => (row.split('|')[1] ?? '').match(/[A-Z][A-Z_]+/g) ?? [])
  const settable = documented.filter((name) => !name.endsWith('_FILE') && settingNames.includes(name))
  expect(shown.toSorted()).toEqual(settable.toSorted())
})

test('settings reports an invalid value in one sentence', async () => {
  const { code, stdout, stderr } = await runCommand(['settings'], { ...given, PASSWORD_MIN_LENGTH: '3' })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^PASSWORD_MIN_LENGTH must be .*\n$/)
})
