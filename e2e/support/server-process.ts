// The server as a process: its environment, its output, and failed starts.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { findFreePort } from '#e2e/support/free-port.ts'

export const projectDir = path.resolve(import.meta.dirname, '../..')
const timePreload = pathToFileURL(path.join(import.meta.dirname, 'time.ts')).href

export interface ServerCommand {
  /** The project or a copy of it. */
  cwd: string
  settings: Record<string, string>
  /** The offset of the server's clock from real time; null leaves its clock alone. */
  offsetMs: number | null
  /** A command that runs the command behind it, for example to drop privileges. */
  wrapper: string[]
}

export interface LogLine {
  level?: string | number
  event?: string
  msg?: string
  url?: string
  [field: string]: unknown
}

export interface Exit {
  code: number | null
  stdout: string
  stderr: string
}

export interface Output {
  parts(): { stdout: string; stderr: string }
  /** The end of the output, for a test's message. */
  text(): string
}

/** The options of `npm start` (docs/decisions/025-light-and-fast.md). */
const { scripts } = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8'))
const [, arenas = '', options = ''] =
  /^MALLOC_ARENA_MAX=(\d+) exec node (.+) lib\/server\/start\.ts$/.exec(scripts.start) ?? []

/** Passes only what any program needs from the harness's environment. */
export function spawnServer({ cwd, settings, offsetMs, wrapper }: ServerCommand): ChildProcess {
  const preload = offsetMs === null ? [] : ['--import', `${timePreload}?offset=${offsetMs}`]
  const [command = '', ...args] = [
    ...wrapper,
    process.execPath,
    ...options.split(' '),
    ...preload,
    'lib/server/start.ts',
  ]
  const env = { MALLOC_ARENA_MAX: arenas, ...cleanEnvironment(settings) }
  return spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

export function cleanEnvironment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH = '', HOME = tmpdir(), TMPDIR, SystemRoot } = process.env
  const inherited = { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...(SystemRoot && { SystemRoot }) }
  return { ...inherited, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...settings }
}

/** Starts a server that should exit by itself, and waits for that. */
export async function runToExit(
  env: Record<string, string>,
  { withinMs = 60_000, ...options }: { withinMs?: number; cwd?: string; wrapper?: string[] } = {},
): Promise<Exit> {
  const settings = { PORT: String(await findFreePort()), ...env }
  const child = spawnServer({ cwd: projectDir, offsetMs: 0, wrapper: [], settings, ...options })
  const output = collectOutput(child)
  const ended = await Promise.race([once(child, 'close'), delay(withinMs, null, { ref: false })])
  if (ended === null) {
    child.kill('SIGKILL')
    throw new Error(`The server was expected to end within ${withinMs} ms but runs.\n${output.text()}`)
  }
  return { code: child.exitCode, ...output.parts() }
}

export function collectOutput(child: ChildProcess): Output {
  const parts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    streamOf(child[name]).on('data', (chunk: Buffer) => {
      parts[name] += chunk.toString()
    })
  }
  return { parts: () => ({ ...parts }), text: () => `${parts.stderr}\n${parts.stdout}`.slice(-6000) }
}

export function streamOf<Stream>(from: Stream | null): Stream {
  if (from === null) throw new Error('The server was started without a pipe')
  return from
}

export function parseLogLine(text: string): LogLine | null {
  if (!text.startsWith('{')) return null
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return null
  }
}

/** Pino writes 50 for error and 60 for fatal, or their names when configured. */
export function isErrorLevel(level: LogLine['level']): boolean {
  return typeof level === 'number' ? level >= 50 : level === 'error' || level === 'fatal'
}

/** Next writes uncaught errors to stderr, after a cross or as `SomeError: text`. */
export function isNextFault(line: string): boolean {
  return /^\s*(⨯|Uncaught|Unhandled|(?:\w+ )?\w*Error:)/.test(line)
}
