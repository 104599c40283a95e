import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findLostValue } from './env-files.ts'

const lostValue = (contents: string, { before = {}, after = {} }: Partial<Record<'before' | 'after', object>> = {}) =>
  findLostValue([{ path: '.env', contents }], { before: { ...before }, after: { ...before, ...after } })

const long = 'x'.repeat(40)

describe('names a setting that loses part of its value', () => {
  test.each([
    ['SESSION_SECRET=$ecretsecretsecretsecretsecretsecretsecret', 'SESSION_SECRET'],
    [`SESSION_SECRET=${long}$ecret`, 'SESSION_SECRET'],
    [`SESSION_SECRET='${long}$ecret'`, 'SESSION_SECRET'],
    [`SESSION_SECRET="${long}\${ecret}"`, 'SESSION_SECRET'],
    [`export SESSION_SECRET=${long},$ecret`, 'SESSION_SECRET'],
    [`SESSION_SECRET: ${long}$1`, 'SESSION_SECRET'],
    [`SESSION_SECRET=${long}$SESSION_SECRET`, 'SESSION_SECRET'],
    ['PORT=3000\r\nDATABASE_URL=postgres://site:pa$word@db/site\r\n', 'DATABASE_URL'],
    ['SMTP_URL=smtp://site:pa$$word@mail.example.com', 'SMTP_URL'],
    ['SESSION_SECRET_FILE=$CREDENTIALS_DIRECTORY', 'SESSION_SECRET_FILE'],
    ['APP_URL=https://$HOSTNAME_OF_SITE', 'APP_URL'],
  ])('%s', (contents, name) => {
    const error = lostValue(contents)
    expect(error).toMatch(new RegExp(`^${name} in \\.env has a \\$ .* write \\\\\\$ for each \\$\\.$`))
    expect(error).not.toMatch(/xxx|word|secretsecret/)
  })

  test.each([
    ['SESSION_SECRET=#ecretsecretsecretsecretsecretsecretsecret', 'SESSION_SECRET'],
    [`SESSION_SECRET=${long}#ecret`, 'SESSION_SECRET'],
    ['SMTP_URL=smtp://site:pa#word@mail.example.com', 'SMTP_URL'],
  ])('%s', (contents, name) => {
    expect(lostValue(contents)).toBe(`${name} in .env is cut off at a #: write its value between quotation marks.`)
  })

  test('a file in UTF-16, which is not read at all', () => {
    expect(lostValue(Buffer.from(`SESSION_SECRET=${long}`, 'utf16le').toString())).toMatch(/save it as UTF-8\.$/)
  })
})

test.each([
  [`SESSION_SECRET=${long}\\$ecret`],
  [`SESSION_SECRET="${long}#ecret" # mine`],
  [`SESSION_SECRET=${long} # mine`],
  ['SESSION_SECRET='],
  ['SESSION_SECRET= # none'],
  [`# SESSION_SECRET=${long}$ecret`],
  [`\uFEFFSESSION_SECRET=${long}`],
  ['DATABASE_URL=postgres://site:$DB_PASSWORD@db/site'],
  ['DATABASE_URL=postgres://site:$' + '{DB_PASSWORD}@db/site'],
  ['DATABASE_URL=postgres://site:$' + '{NOT_SET:-other}@db/site'],
  ['SMTP_URL=smtp://site:pa$@mail.example.com'],
  ['SOMETHING_ELSE=$ecret#1'],
])('%s is taken as it is', (contents) => {
  expect(lostValue(contents, { after: { DB_PASSWORD: 'hunter2' } })).toBeNull()
})

test('ignores overridden values: of a later file, and under the environment’s own', () => {
  const first = { path: '.env.local', contents: `SESSION_SECRET=${long}` }
  const second = { path: '.env', contents: 'SESSION_SECRET=$ecret' }
  expect(findLostValue([first, second], { before: {}, after: {} })).toBeNull()
  expect(findLostValue([second, first], { before: {}, after: {} })).toMatch(/^SESSION_SECRET in \.env has/)
  expect(lostValue(second.contents, { before: { SESSION_SECRET: long } })).toBeNull()
})

describe('a process that loads the files', () => {
  async function load(contents: string, env: Record<string, string> = {}): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'gatehouse-env-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    await writeFile(join(dir, '.env'), contents)
    const script = `
      const { loadEnvFiles } = await import(${JSON.stringify(join(import.meta.dirname, 'env-files.ts'))})
      try {
        loadEnvFiles(console.log, { dir: process.argv[1] })
        console.log(process.env.SESSION_SECRET)
      } catch (error) {
        console.log(error.code, error.message)
      }`
    const args = ['--input-type=module', '--eval', script, '--', dir]
    const child = spawn(process.execPath, args, {
      env: { NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return (await text(child.stdout)).trim()
  }

  test('stops before it replaces an emptied secret with a generated one', async () => {
    expect(await load('SESSION_SECRET=$ecretsecretsecretsecretsecretsecretsecret\n')).toMatch(
      /^settings_invalid SESSION_SECRET in \.env has a \$ /,
    )
  })

  test('reads the value that the advice leads to', async () => {
    expect(await load(`SESSION_SECRET=${long}\\$ecret\n`)).toBe(`${long}$ecret`)
    expect(await load(`SESSION_SECRET="${long}#ecret"\n`)).toBe(`${long}#ecret`)
  })

  test('keeps the environment’s value when a file names it too', async () => {
    expect(await load('SESSION_SECRET=other\n', { SESSION_SECRET: `${long}$ecret` })).toBe(`${long}$ecret`)
  })
})
