// The pages that bench/client.ts measures: the site's and that of an empty Next app, behind the same compression.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { findFreePort } from '#e2e/support/free-port.ts'
import { startServer } from '#e2e/support/server.ts'

export interface Opened {
  url: string
  headers: Record<string, string>
}

export interface MeasuredPage {
  name: string
  /** With a session that began just now, if the page needs one. */
  open(): Promise<Opened>
}

const root = path.resolve(import.meta.dirname, '..')
const visitors = { login: '/login', signup: '/signup' }
const members = {
  home: '/',
  profile: '/profile',
  'edit-profile': '/profile/edit',
  picture: '/profile/picture',
  security: '/security',
  password: '/security/password',
  passkeys: '/security/passkeys',
  'two-factor': '/security/two-factor',
}
const admins = { overview: '/admin', people: '/admin/users' }
const strangers = 30

export async function startPages(say: (line: string) => void) {
  say('Building the site and an empty app')
  run([path.join(root, 'lib/server/build.ts')], root)
  const empty = await startEmpty()
  const server = await startServer({ realTime: true })
  const admin = await firstAdmin(server)
  const profile = { fullName: 'Zoë Quist-O’Hara', bio: 'Keeps the lamp lit.', age: '41' }
  await (await logInAs(server, admin)).submit('/profile/edit', 'Save profile', profile)
  for (let made = 0; made < strangers; made++) await new Client(server.url).signUp()

  const visit = (url: string) => async () => ({ url, headers: {} })
  const pages: MeasuredPage[] = [
    { name: 'empty', open: visit(`${empty.url}/`) },
    ...Object.entries(visitors).map(([name, at]) => ({ name, open: visit(server.url + at) })),
    ...Object.entries({ ...members, ...admins }).map(([name, at]) => ({
      name,
      open: async () => {
        const { cookies } = await logInAs(server, admin)
        return { url: server.url + at, headers: { cookie: `session=${cookies.get('session')}` } }
      },
    })),
  ]
  return {
    pages,
    async close() {
      empty.child.kill()
      await server.stop()
      await server.dispose()
    },
  }
}

async function startEmpty(): Promise<{ child: ChildProcess; url: string }> {
  const dir = path.join(import.meta.dirname, 'empty')
  run([path.join(root, 'node_modules/next/dist/bin/next'), 'build'], dir)
  const port = await findFreePort()
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'plain-server.ts'), String(port)], {
    cwd: dir,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.stdout.resume()
  return { child, url: `http://localhost:${port}` }
}

function run(command: string[], cwd: string): void {
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${stdout}${stderr}`)
}
