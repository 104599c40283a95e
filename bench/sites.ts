// Builds and starts the site and its two yardsticks: the same pages in a bare Next app, and the profile page behind
// better-auth's session check.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '#e2e/support/client.ts'
import { encodeMultipart } from '#e2e/support/form-body.ts'
import { findFreePort } from '#e2e/support/free-port.ts'
import { type Headers, navigationHeaders, type Request, send } from '#e2e/support/http.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { startServer } from '#e2e/support/server.ts'
import type { StoreName } from '#e2e/support/test-store.ts'
import { makeFilledStore } from './filled-store.ts'
import { ask, readMemory, type Target } from './load.ts'
import { writePages } from './markup.ts'
import { say } from './report.ts'

const root = path.resolve(import.meta.dirname, '..')
const bareDir = path.join(import.meta.dirname, 'bare')
const betterAuthDir = path.join(import.meta.dirname, 'better-auth')
const next = path.join(root, 'node_modules/next/dist/bin/next')

const paths = { 'log-in': '/login', home: '/', profile: '/profile', security: '/security' } as const
export type PageName = keyof typeof paths
export const pageNames = Object.keys(paths) as PageName[]

export interface Site {
  url: string
  pid: number
  /** Resident memory when it was ready, in MB. */
  memoryAtStart: number
  page: (name: PageName) => Target
  /** Logs one of a few users in, anew each time. */
  logIn: Target
  stop: () => Promise<void>
}

const headers: Headers = { ...navigationHeaders, 'accept-language': 'en-GB,en;q=0.9' }
/** As many accounts as the load has connections: the site serves two log-ins of one account in turn. */
const people: Person[] = Array.from({ length: 8 }, makePerson)

export function buildSite(): void {
  run('Building the site', [path.join(root, 'lib/server/build.ts')], root)
}

/** The site with 1,000 users. Rate limits are off, as in its tests; the queues of forms and hashes are not. */
export async function startSite(storeName: StoreName = 'json'): Promise<Site> {
  const store = await makeFilledStore(storeName, 1_000)
  const server = await startServer({ realTime: true, store, dataDir: store.dataDir, env: { TRUST_PROXY_HOPS: '1' } })
  const { url } = server
  const pid = pidOf(server.pid())
  const memoryAtStart = readMemory(pid)
  const [owner, visitor] = [new Client(url), new Client(url)]
  await owner.signUp({ ...makePerson(), username: 'zoe.quist' })
  const profile = { fullName: 'Zoë Quist-O’Hara', bio: 'Keeps the lamp lit.', age: '41' }
  await owner.submit('/profile/edit', 'Save profile', profile)
  for (const person of people) await new Client(url).signUp(person)
  const cookie = [...owner.cookies].map((pair) => pair.join('=')).join('; ')

  const { form } = await visitor.findForm('/login', 'Log in')
  const logIns = people.map(({ username, password }, index): Request => {
    const { body, headers: type } = encodeMultipart([...form.hidden, ['username', username], ['password', password]])
    // Each user has an address, because the site serves only a few forms of one address at a time.
    const own = { origin: url, 'x-forwarded-for': `192.0.2.${index + 1}` }
    return { method: 'POST', path: '/login', body, headers: { ...headers, ...type, ...own } }
  })
  return {
    url,
    pid,
    memoryAtStart,
    page: (name) => pageTarget(url, pid, name, name === 'log-in' ? {} : { cookie }),
    logIn: {
      url,
      pid,
      request: inTurn(logIns),
      accepts: ({ status, headers }) => status === 303 && String(headers['set-cookie']).includes('session='),
    },
    async stop() {
      await server.stop()
      await server.dispose()
      await store.remove()
    },
  }
}

/** Builds both yardsticks from the pages of this site. */
export async function buildYardsticks(site: Site): Promise<void> {
  const answers = await Promise.all(
    pageNames.map(async (name) => ({ path: paths[name], html: (await ask(site.page(name))).text })),
  )
  await writePages(bareDir, answers)
  await writePages(
    betterAuthDir,
    answers.filter((page) => page.path === paths.profile),
    {
      imports: `import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { auth } from '../../../auth.js'`,
      statement: `  if ((await auth.api.getSession({ headers: await headers() })) === null) redirect('/login')`,
    },
  )
  if (!existsSync(path.join(betterAuthDir, 'node_modules')))
    run('Installing better-auth', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], betterAuthDir, 'npm')
  run('Building the bare app', [next, 'build'], bareDir)
  run('Building the app with better-auth', [next, 'build'], betterAuthDir)
}

export async function startBare(): Promise<Omit<Site, 'logIn'>> {
  const { url, pid, ...site } = await startNext(bareDir)
  return { ...site, url, pid, page: (name) => pageTarget(url, pid, name) }
}

export interface BetterAuthOptions {
  /** Whether a signed cookie keeps the session for an hour, so that a request asks no database. */
  cookieCache?: boolean
  hash?: 'argon2id' | 'scrypt'
}

export async function startBetterAuth({ cookieCache, hash = 'argon2id' }: BetterAuthOptions = {}): Promise<Site> {
  const dir = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'))
  const { url, pid, memoryAtStart, stop } = await startNext(betterAuthDir, {
    BENCH_DATABASE: path.join(dir, 'better-auth.db'),
    BENCH_HASH: hash,
    BENCH_COOKIE_CACHE: cookieCache ? 'on' : 'off',
  })
  const post = (to: string, body: object): Request => ({
    method: 'POST',
    path: `/api/auth/${to}`,
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  let cookie = ''
  for (const { username, password } of people) {
    const { status, headers, text } = await send(
      url,
      post('sign-up/email', { ...credentials(username, password), name: username }),
    )
    if (status !== 200) throw new Error(`Nobody could sign up: ${status} ${text}`)
    cookie = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ')
  }
  const logIns = people.map(({ username, password }) => post('sign-in/email', credentials(username, password)))
  return {
    url,
    pid,
    memoryAtStart,
    page: (name) => pageTarget(url, pid, name, { cookie }),
    logIn: {
      url,
      pid,
      request: inTurn(logIns),
      accepts: ({ status, headers }) => status === 200 && String(headers['set-cookie']).includes('session_token='),
    },
    async stop() {
      await stop()
      await rm(dir, { recursive: true })
    },
  }
}

function credentials(username: string, password: string) {
  return { email: `${username}@example.org`, password }
}

function pageTarget(url: string, pid: number, name: PageName, more: Headers = {}): Target {
  const asked = { path: paths[name], headers: { ...headers, ...more } }
  const marker = name === 'log-in' ? 'name="username"' : 'zoe.quist'
  return { url, pid, request: () => asked, accepts: ({ status, text }) => status === 200 && text.includes(marker) }
}

function inTurn<Item>(items: Item[]): () => Item {
  let count = 0
  return () => items[count++ % items.length] as Item
}

async function startNext(cwd: string, settings: NodeJS.Dict<string> = {}) {
  const port = await findFreePort()
  const url = `http://localhost:${port}`
  const child = spawn(process.execPath, [next, 'start', '--port', String(port)], {
    cwd,
    env: { ...environment(), BETTER_AUTH_URL: url, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Also when the benchmark fails.
  process.once('exit', () => child.kill())
  await ready(child)
  async function stop() {
    const exited = once(child, 'exit')
    child.kill()
    await exited
  }
  const pid = pidOf(child.pid)
  return { url, pid, memoryAtStart: readMemory(pid), stop }
}

async function ready(child: ChildProcess): Promise<void> {
  const { stdout } = child
  if (stdout === null) throw new Error('The server was started without a pipe')
  await new Promise<void>((resolve, reject) => {
    stdout.on('data', (chunk: Buffer) => chunk.includes('Ready') && resolve())
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it was ready`)))
  })
}

function pidOf(pid: number | undefined): number {
  if (pid === undefined) throw new Error('The server does not run')
  return pid
}

function run(what: string, args: string[], cwd: string, command = process.execPath): void {
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env: environment(), encoding: 'utf8' })
  if (status !== 0) throw new Error(`${what} failed:\n${stdout}${stderr}`)
  say(`${what}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
}
