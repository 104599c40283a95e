// Starts the real built server on a port and data folder of its own, moves its time, stops it and reads its log.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { findFreePort } from '#e2e/support/free-port.ts'
import type { TimeMove } from '#e2e/support/time.ts'

export const projectDir = path.resolve(import.meta.dirname, '../..')
const timePreload = pathToFileURL(path.join(import.meta.dirname, 'time.ts')).href
const readyWithinMs = 60_000
const stoppedWithinMs = 15_000

export interface ServerOptions {
  /** Settings on top of PORT and DATA_DIR; nothing of the harness's own environment reaches the server. */
  env?: Record<string, string>
  /** A folder of the caller's, left alone afterwards. Default: a new one that goes with the server. */
  dataDir?: string
  /** A copy of the project to start in place of this one. */
  projectDir?: string
  /** Without the preload that moves time, for measurements; `advance` does not work then. */
  realTime?: boolean
}

export interface LogLine {
  level?: string | number
  event?: string
  msg?: string
  url?: string
}

export interface Exit {
  code: number | null
  stdout: string
  stderr: string
  elapsedMs: number
}

export interface TestServer {
  /** The public origin as the server tells it, without a slash at the end. */
  readonly url: string
  readonly port: number
  pid(): number | undefined
  readonly dataDir: string
  readonly readyAfterMs: number
  /** Everything written so far that tells of a fault: log lines of level error, and Next's own error lines. */
  faults(): string[]
  logLines(): LogLine[]
  /** Moves the server's time forward, now or at its next start; resolves when a running server has taken it over. */
  advance(ms: number): Promise<void>
  /** SIGTERM; rejects unless the server ends by itself with exit code 0. */
  stop(): Promise<void>
  /** SIGKILL: no farewell. */
  kill(): Promise<void>
  /** Starts again on the same port, folder and time. Stops first if needed. */
  restart(): Promise<void>
  /** Stops, however it stands, and removes the folder if it was made here. */
  dispose(): Promise<void>
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const ownsFolder = options.dataDir === undefined
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-')))
  const settings = { DATA_DIR: dataDir, ...options.env, PORT: options.env?.PORT ?? String(await findFreePort()) }
  const home = options.projectDir ?? projectDir
  const faults: string[] = []
  const logLines: LogLine[] = []
  let offsetMs = 0
  let run = await launch()

  async function launch() {
    const started = performance.now()
    const child = spawnServer(home, settings, options.realTime ? [] : preloadAt(offsetMs))
    const output = collectOutput(child)
    createInterface({ input: stream(child.stderr) }).on('line', (line) => {
      if (isNextFault(line)) faults.push(line)
    })
    const ready = new Promise<string>((resolve) => {
      createInterface({ input: stream(child.stdout) }).on('line', (text) => {
        const line = parseLogLine(text)
        if (!line) return
        logLines.push(line)
        if (isErrorLevel(line.level)) faults.push(text)
        if (line.event === 'ready' && line.url) resolve(line.url)
      })
    })
    const died = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The server ended before it was ready (${code ?? signal}).\n${output.text()}`)
    })
    died.catch(() => {})
    const tooLate = delay(readyWithinMs, null, { ref: false })
    const url = await Promise.race([ready, died, tooLate])
    if (url === null) {
      child.kill('SIGKILL')
      throw new Error(`The server was not ready within ${readyWithinMs} ms.\n${output.text()}`)
    }
    return { child, output, url: url.replace(/\/$/, ''), readyAfterMs: performance.now() - started }
  }

  const hasEnded = () => run.child.exitCode !== null || run.child.signalCode !== null

  async function stop() {
    if (hasEnded()) {
      throw new Error(
        `The server had ended by itself (${run.child.exitCode ?? run.child.signalCode}).\n${run.output.text()}`,
      )
    }
    const exited = once(run.child, 'exit')
    run.child.kill('SIGTERM')
    const stopped = await Promise.race([exited, delay(stoppedWithinMs, null, { ref: false })])
    if (stopped === null) {
      run.child.kill('SIGKILL')
      throw new Error(`The server did not stop within ${stoppedWithinMs} ms of SIGTERM.\n${run.output.text()}`)
    }
    if (run.child.exitCode !== 0) {
      throw new Error(`The server stopped with ${run.child.exitCode ?? run.child.signalCode}.\n${run.output.text()}`)
    }
  }

  async function kill() {
    if (hasEnded()) return
    const exited = once(run.child, 'exit')
    run.child.kill('SIGKILL')
    await exited
  }

  return {
    url: run.url,
    port: Number(settings.PORT),
    pid: () => run.child.pid,
    dataDir,
    readyAfterMs: run.readyAfterMs,
    faults: () => [...faults],
    logLines: () => [...logLines],
    async advance(ms) {
      offsetMs += ms
      if (hasEnded()) return
      const taken = once(run.child, 'message')
      run.child.send({ offsetMs } satisfies TimeMove)
      await taken
    },
    stop,
    kill,
    async restart() {
      if (!hasEnded()) await stop()
      run = await launch()
    },
    async dispose() {
      await kill()
      if (ownsFolder) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Starts a server that is expected to end by itself, and waits for that. */
export async function runToExit(env: Record<string, string>, withinMs = 10_000): Promise<Exit> {
  const started = performance.now()
  const child = spawnServer(projectDir, { PORT: String(await findFreePort()), ...env }, preloadAt(0))
  const output = collectOutput(child)
  const ended = await Promise.race([once(child, 'close'), delay(withinMs, null, { ref: false })])
  if (ended === null) {
    child.kill('SIGKILL')
    throw new Error(`The server was expected to end within ${withinMs} ms but runs.\n${output.text()}`)
  }
  return { code: child.exitCode, ...output.parts(), elapsedMs: performance.now() - started }
}

function preloadAt(offsetMs: number): string[] {
  return ['--import', `${timePreload}?offset=${offsetMs}`]
}

function spawnServer(cwd: string, settings: Record<string, string>, preload: string[]): ChildProcess {
  const { PATH = '', HOME = tmpdir(), TMPDIR, SystemRoot } = process.env
  const inherited = { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...(SystemRoot && { SystemRoot }) }
  return spawn(process.execPath, [...preload, 'lib/server/start.ts'], {
    cwd,
    env: { ...inherited, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

function collectOutput(child: ChildProcess) {
  const parts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    stream(child[name]).on('data', (chunk: Buffer) => {
      parts[name] += chunk.toString()
    })
  }
  return { parts: () => ({ ...parts }), text: () => `${parts.stderr}\n${parts.stdout}`.slice(-6000) }
}

function stream<Stream>(from: Stream | null): Stream {
  if (from === null) throw new Error('The server was started without a pipe')
  return from
}

function parseLogLine(text: string): LogLine | null {
  if (!text.startsWith('{')) return null
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return null
  }
}

/** Pino writes 50 for error and 60 for fatal, or the names when it is told to. */
function isErrorLevel(level: LogLine['level']): boolean {
  return typeof level === 'number' ? level >= 50 : level === 'error' || level === 'fatal'
}

/** Next writes what nobody caught to stderr, under a cross or as `SomeError: text`. */
function isNextFault(line: string): boolean {
  return /^\s*(⨯|Uncaught|Unhandled|(?:\w+ )?\w*Error:)/.test(line)
}
