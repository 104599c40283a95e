// Root and the service's user in one folder. Without root, the current user is both.
import { execFileSync, spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { runCommand } from '../../cli/command-for-test.ts'

// Several processes per test, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000 })

const me = process.getuid?.() ?? 0
const service = me === 0 ? 65534 : me

async function serviceFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatehouse-owner-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await chown(dir, service, service === me ? (process.getgid?.() ?? 0) : service)
  return dir
}

/** Opens the store and the secret like the service, and returns the error. */
async function startAsService(dir: string, url: string): Promise<string> {
  const script = `
    process.setgid?.(${service === me ? process.getgid?.() : service})
    process.setuid?.(${service})
    const [{ openRuntime }, { readSettings }] = await Promise.all([
      import(${JSON.stringify(join(import.meta.dirname, '../../composition.ts'))}),
      import(${JSON.stringify(join(import.meta.dirname, '../../config.ts'))}),
    ])
    try {
      const runtime = await openRuntime(readSettings({ DATA_DIR: process.argv[1], DATABASE_URL: process.argv[2], LOG_LEVEL: 'silent' }))
      await runtime.stores.checkReady()
      await runtime.mail.close(); await runtime.stores.close(); await runtime.rateLimits.close(); await runtime.strength.close()
      console.log('started')
    } catch (error) {
      console.log(error.code, error.message)
    }
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, '--', dir, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return (await text(child.stdout)).trim()
}

async function ownersIn(dir: string): Promise<Record<string, number>> {
  const names = await readdir(dir, { recursive: true })
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await stat(join(dir, name))).uid])))
}

const stores = [
  ['json', () => '', ['users.json', 'audit.jsonl', 'lock', 'secret']],
  ['sqlite', (dir: string) => `sqlite:${dir}/site.db`, ['site.db', 'secret']],
] as const

describe.each(stores)('the CLI as root, in the folder of a service with %s', (_, urlIn, expected) => {
  test('leaves no file that the service cannot use', async () => {
    const dir = await serviceFolder()
    const settings = { DATA_DIR: dir, DATABASE_URL: urlIn(dir) }
    const made = await runCommand(['user', 'create', 'ada', '--email', 'ada@example.org'], settings)
    expect(made).toMatchObject({ code: 0 })
    const owners = await ownersIn(dir)
    expect(Object.keys(owners)).toEqual(expect.arrayContaining([...expected]))
    expect(new Set(Object.values(owners))).toEqual(new Set([service]))
    expect(await startAsService(dir, settings.DATABASE_URL)).toBe('started')
    // Reading commands leave none either.
    expect(await runCommand(['store', 'check'], settings)).toMatchObject({ code: 0 })
    expect(new Set(Object.values(await ownersIn(dir)))).toEqual(new Set([service]))
  })

  test('reports files of another user with the command that gives them back', async () => {
    const dir = await serviceFolder()
    const settings = { DATA_DIR: dir, DATABASE_URL: urlIn(dir) }
    expect(await runCommand(['user', 'create', 'ada'], settings)).toMatchObject({ code: 0 })
    for (const name of await readdir(dir)) {
      await chown(join(dir, name), me, -1)
      await chmod(join(dir, name), me === 0 ? 0o600 : 0)
    }
    for (let step = 0; step < 5; step += 1) {
      const said = await startAsService(dir, settings.DATABASE_URL)
      if (said === 'started') return
      expect(said).toMatch(/^(store|secret)_unavailable .*\bEACCES\b/)
      expect(said.replaceAll(dir, '')).not.toMatch(/\b(move|away|mv)\b/i)
      const [command = ''] = /\b(chown (-R )?\d+|chmod (-R )?u\+rwX)( \/\S+)+/.exec(said) ?? []
      expect(command, said).not.toBe('')
      execFileSync('sh', ['-c', command.replace(/\.$/, '')])
    }
    throw new Error('The advice does not end.')
  })
})

test('reports a folder that the service cannot create with the commands that create it', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'gatehouse-owner-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  await chmod(parent, me === 0 ? 0o755 : 0o555)
  const dir = join(parent, 'data')
  const said = await startAsService(dir, '')
  expect(said).toContain(`As root: mkdir -p ${dir} && chown ${service} ${dir}`)
})

test('a back-up by root belongs to root in any folder', async () => {
  const [dir, backups] = [await serviceFolder(), await serviceFolder()]
  await runCommand(['user', 'create', 'ada'], { DATA_DIR: dir })
  const path = join(backups, 'backup.jsonl')
  expect(await runCommand(['store', 'backup', path], { DATA_DIR: dir })).toMatchObject({ code: 0 })
  expect((await stat(path)).uid).toBe(me)
})
