// Does what the docs/adding-a-….md pages say to a copy of the tree: each block of theirs that names a file is applied there.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const pages = ['page', 'profile-field', 'role', 'mail', 'record-kind']
const jobTitleTest = `
import { expect, test } from 'vitest'
import { profileSchema } from './core/profile.ts'
import { exportUser } from './features/data-export/export.ts'
import { readUsers } from './features/import/import.ts'
import { openTestServices } from './services-for-test.ts'
import { kinds } from './stores/kinds.ts'

const older = { fullName: 'Alice Liddell', bio: '', age: '19' }

test('a form without the job title is complete, and one with it is checked', () => {
  expect(profileSchema.parse(older)).not.toHaveProperty('jobTitle')
  expect(profileSchema.parse({ ...older, jobTitle: ' Engineer ' })).toMatchObject({ jobTitle: 'Engineer' })
  expect(profileSchema.safeParse({ ...older, jobTitle: 'x'.repeat(101) }).error?.issues[0]?.message).toBe('job_title_long')
})

test('an import takes a job title from the column of its name', async () => {
  async function* csv() {
    yield Buffer.from('username,job_title\\nalice,Engineer\\n')
  }
  const [first] = await Array.fromAsync(readUsers('csv', csv(), { now: 1, newId: () => 'id', firebase: null, sealTotp: async () => '' }))
  expect(first).toMatchObject({ user: { profile: { jobTitle: 'Engineer' } } })
})

test.each(['JSON', 'SQLite', 'PostgreSQL'] as const)('a job title goes through form, store and export on %s', async (store) => {
  await using opened = await openTestServices({}, store)
  const { stores, clock } = opened.app
  await opened.addPerson('alice')
  await stores.users.update('alice', { profile: profileSchema.parse({ ...older, jobTitle: 'Engineer' }) })
  await stores.users.update('alice', { profile: profileSchema.parse({ ...older, bio: 'Curious' }) })
  expect((await stores.users.find('alice'))?.profile).toMatchObject({ bio: 'Curious', jobTitle: 'Engineer' })
  expect((await exportUser('alice', stores, clock))?.person.profile).toMatchObject({ jobTitle: 'Engineer' })
  const { jobTitle: _, ...profile } = (await stores.users.find('alice'))?.profile ?? {}
  expect(kinds.user.schema.parse({ ...(await stores.users.find('alice')), profile }).profile).toMatchObject({ jobTitle: '' })
})
`

let copy = ''

beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'gatehouse-examples-'))
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
  for (const file of tracked) cpSync(path.join(root, file), path.join(copy, file), { errorOnExist: false })
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  for (const page of pages) for (const block of blocksOf(`docs/adding-a-${page}.md`)) apply(block)
  // Here, so that the compiler checks it too.
  writeFileSync(path.join(copy, 'lib/job-title.test.ts'), jobTitleTest)
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('the documented edits pass the compiler', () => {
  runIn(copy, ['next', 'typegen'])
  runIn(copy, ['tsc', '--noEmit'])
})

test('a job title goes from the form to the stores and the export, and devices fulfil the contract', () => {
  runIn(copy, [
    'vitest',
    'run',
    'lib/job-title.test.ts',
    'lib/stores/sql/migrations.test.ts',
    'lib/stores/fixtures.test.ts',
  ])
  const contracts = ['lib/stores/json/contract.test.ts', 'lib/stores/sql/contract-sqlite.test.ts']
  runIn(copy, ['vitest', 'run', ...contracts, '-t', 'the kind device'])
  runIn(copy, [
    'vitest',
    'run',
    'lib/auth/forms.test.ts',
    'lib/features/import/import.test.ts',
    'lib/core/roles',
    'lib/words',
  ])
})

test('the page is guarded, and a page without its guard is found [V8.3.1]', () => {
  const file = path.join(copy, 'app/(member)/reports/page.tsx')
  const guards = ['vitest', 'run', 'lib/architecture.test.ts', '-t', 'guards']
  runIn(copy, guards)
  const guarded = readFileSync(file, 'utf8')
  writeFileSync(file, guarded.replace(/await requireUser\(.*\)/, "{ user: { username: '' } }"))
  expect(() => runIn(copy, guards)).toThrow('app/(member)/reports/page.tsx')
  writeFileSync(file, guarded)
})

interface Block {
  file: string
  lines: string[]
}

/** Blocks that begin with `--- file` (an edit) or `// file` (a new file). */
function blocksOf(page: string): Block[] {
  const blocks = readFileSync(path.join(root, page), 'utf8').matchAll(
    /^```\w+\n(?:---|\/\/) (\S+\.tsx?)\n([\s\S]*?)^```$/gm,
  )
  const found = [...blocks].map(([, file = '', text = '']) => ({ file, lines: text.split('\n').slice(0, -1) }))
  expect(found, page).not.toEqual([])
  return found
}

/** A line begins with a space, `+` or `-`, as in a diff; the lines of the edit are looked for in the whole file. */
function apply({ file, lines }: Block): void {
  const target = path.join(copy, file)
  if (!lines.some((line) => line.startsWith('+'))) {
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, `${lines.join('\n')}\n`)
    return
  }
  const without = (mark: string) =>
    lines
      .filter((line) => !line.startsWith(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join('')
  const [before, after] = [without('+'), without('-')]
  const parts = readFileSync(target, 'utf8').split(before)
  expect(parts, `${file} has these lines once:\n${before}`).toHaveLength(2)
  writeFileSync(target, parts.join(after))
}

function runIn(cwd: string, [program = '', ...args]: string[]): void {
  const bin = path.join(root, 'node_modules/.bin')
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))
  const env = { ...Object.fromEntries(own), PATH: `${bin}${path.delimiter}${process.env.PATH}`, NO_COLOR: '1' }
  const options = { cwd, env: { ...env, NODE_ENV: 'test' as const }, encoding: 'utf8' as const }
  const { status, stdout, stderr } = spawnSync(path.join(bin, program), args, options)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
}
