// Signals one process of `npm start`, npm or its node, during the build or while serving, and checks that all of them
// stop. A fake Next leaves a worker behind in its build; everything else is real.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { findHolder } from '../stores/json/folder-lock.ts'

// npm, Node and the site start ten times here, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000 })
const patiently = { timeout: 60_000 }

const project = join(import.meta.dirname, '../..')
const nextBuild = `
const { spawn } = require('node:child_process')
const { mkdirSync, writeFileSync } = require('node:fs')
const pids = [process.pid]
if (process.env.BUILD === 'hangs') {
  pids.push(spawn(process.execPath, ['--eval', 'setInterval(() => {}, 60000)'], { stdio: 'ignore' }).pid)
  setInterval(() => {}, 60000)
} else {
  mkdirSync('.next', { recursive: true })
  writeFileSync('.next/BUILD_ID', 'stand-in')
}
writeFileSync('pids.json', JSON.stringify(pids))
process.on('SIGTERM', () => process.exit(143))
`
const nextServer = `
module.exports = () => ({ prepare: async () => {}, getRequestHandler: () => (_request, response) => response.end('served') })
`

let site: string
let dataDir: string
let started: ChildProcess | undefined

beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'gatehouse-npm-'))
  for (const name of ['lib', 'package.json']) await cp(join(project, name), join(site, name), { recursive: true })
  await mkdir(join(site, 'node_modules/next/dist/bin'), { recursive: true })
  for (const name of await readdir(join(project, 'node_modules'))) {
    if (name !== 'next') await symlink(join(project, 'node_modules', name), join(site, 'node_modules', name))
  }
  await writeFile(join(site, 'node_modules/next/package.json'), '{"name":"next","main":"server.js"}')
  await writeFile(join(site, 'node_modules/next/server.js'), nextServer)
  await writeFile(join(site, 'node_modules/next/dist/bin/next'), nextBuild)
})
afterAll(() => rm(site, { recursive: true }))

afterEach(async () => {
  if (started?.pid !== undefined && !hasEnded(started)) process.kill(-started.pid, 'SIGKILL')
  await rm(dataDir, { recursive: true })
})

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

interface Run {
  npm: ChildProcess
  url: string
  /** Resolves once this was written; rejects when npm ends before. */
  says(text: string): Promise<void>
}

async function run(script: string, env: Record<string, string> = {}): Promise<Run> {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-npm-data-'))
  await rm(join(site, '.next'), { recursive: true, force: true })
  await rm(join(site, 'pids.json'), { force: true })
  const port = await freePort()
  const { PATH = '', HOME = tmpdir() } = process.env
  const npm = spawn('npm', ['run', script], {
    cwd: site,
    env: { NODE_ENV: 'production', PATH, HOME, DATA_DIR: dataDir, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  started = npm
  let output = ''
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const says = (text: string) =>
    expect
      .poll(() => {
        if (hasEnded(npm)) throw new Error(`npm ended: ${output}`)
        return output.includes(text)
      }, patiently)
      .toBe(true)
  return { npm, url: `http://127.0.0.1:${port}`, says }
}

/** The process state from ps: empty for a process that has ended, Z for a zombie. */
const isAlive = (pid: number) =>
  !/^(Z.*)?$/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim())

const childOf = ({ pid }: ChildProcess) =>
  Number(spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout.trim())

const isServed = (url: string) =>
  fetch(url).then(
    (answer) => answer.ok,
    () => false,
  )

describe('a site that serves', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('stops with npm after %s to npm alone', async (signal) => {
    const { npm, url, says } = await run('start')
    await says('Gatehouse is ready')
    expect(await isServed(url)).toBe(true)
    const ended = once(npm, 'exit')
    npm.kill(signal)
    expect(await ended).toEqual([0, null])
    expect(await isServed(url)).toBe(false)
    expect(findHolder(dataDir)).toBeNull()
  })

  test.each(['SIGTERM', 'SIGHUP'] as const)('stops with npm after %s to npm’s node process', async (signal) => {
    const { npm, url, says } = await run('start')
    await says('Gatehouse is ready')
    const ended = once(npm, 'exit')
    process.kill(childOf(npm), signal)
    expect(await ended).toEqual([0, null])
    expect(await isServed(url)).toBe(false)
    expect(findHolder(dataDir)).toBeNull()
  })

  test.each(['SIGHUP', 'SIGKILL'] as const)('stops after npm dies of %s', async (signal) => {
    const { npm, url, says } = await run('start')
    await says('Gatehouse is ready')
    npm.kill(signal)
    await expect.poll(() => isServed(url), patiently).toBe(false)
    await expect.poll(() => findHolder(dataDir), patiently).toBeNull()
  })
})

describe('a build', () => {
  const readPids = async () => JSON.parse(await readFile(join(site, 'pids.json'), 'utf8').catch(() => '[]')) as number[]

  test.each([
    ['start', 'SIGTERM', 0],
    ['start', 'SIGINT', 0],
    ['build', 'SIGTERM', 1],
  ] as const)('by npm run %s stops with its workers after %s to npm alone', async (script, signal, code) => {
    const { npm, says } = await run(script, { BUILD: 'hangs' })
    await says('Building the site')
    await expect.poll(readPids, patiently).toHaveLength(2)
    const ended = once(npm, 'exit')
    npm.kill(signal)
    expect(await ended).toEqual([code, null])
    await expect.poll(async () => (await readPids()).filter(isAlive), patiently).toEqual([])
    expect(findHolder(dataDir)).toBeNull()
  })

  test('stops after npm dies of SIGKILL', async () => {
    const { npm, says } = await run('start', { BUILD: 'hangs' })
    await says('Building the site')
    await expect.poll(readPids, patiently).toHaveLength(2)
    npm.kill('SIGKILL')
    await expect.poll(async () => (await readPids()).filter(isAlive), patiently).toEqual([])
  })
})
