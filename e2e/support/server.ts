// Starts the built server on a new port, data folder and store, moves its clock, stops it and reads its log.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '#e2e/support/free-port.ts'
import {
  collectOutput,
  isErrorLevel,
  isNextFault,
  type LogLine,
  parseLogLine,
  projectDir,
  spawnServer,
  streamOf,
} from '#e2e/support/server-process.ts'
import { chosenStore, makeStore, type TestStore } from '#e2e/support/test-store.ts'
import type { TimeMove } from '#e2e/support/time.ts'
import type { StoreLocation } from '#lib/stores/location.ts'

const readyWithinMs = 180_000
const stoppedWithinMs = 60_000

export interface ServerOptions {
  /** Settings besides PORT, DATA_DIR and the store's. The server gets no other environment. */
  env?: Record<string, string>
  /** The caller's folder, which is not removed. By default a new one that is removed with the server. */
  dataDir?: string
  /** The caller's store, which is not removed. By default a new one of the TEST_STORE kind. */
  store?: TestStore
  /** A copy of the project to start instead of this one. */
  projectDir?: string | undefined
  /** A command that runs the server's command, which is appended to it. */
  wrapper?: string[]
  /** Leaves out the preload that moves the clock, for measurements; `advance` does not work then. */
  realTime?: boolean
}

export interface TestServer {
  /** The public origin, without a trailing slash. */
  readonly url: string
  /** The URL of this process, whatever its public origin. */
  readonly address: string
  readonly port: number
  pid(): number | undefined
  readonly dataDir: string
  readonly store: StoreLocation
  readonly readyAfterMs: number
  /** All errors so far: log lines of level error, and Next's own error lines. */
  faults(): string[]
  logLines(): LogLine[]
  /** The raw output of the present run. */
  output(): { stdout: string; stderr: string }
  /** The set-up link for the first admin from the last start. Waits, because it is printed after the URL. */
  setUpPath(): Promise<string>
  /** The server's time. */
  now(): number
  /** Advances the server's clock, now or at its next start. Resolves when a running server has applied it. */
  advance(ms: number): Promise<void>
  /** Sends SIGTERM. Rejects unless the server exits with code 0. */
  stop(): Promise<void>
  /** Sends SIGKILL. */
  kill(): Promise<void>
  /** Resolves with the exit code once the server has exited by itself. */
  ended(): Promise<number | null>
  /** Restarts on the same port, folder, store and time, with these extra settings. Stops first if needed. */
  restart(env?: Record<string, string>): Promise<void>
  /** Stops in any state, and removes the folder and store if they were made here. */
  dispose(): Promise<void>
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-')))
  const store = options.store ?? (await makeStore(chosenStore(), dataDir))
  const port = options.env?.PORT ?? String(await findFreePort())
  // Rate limits are off: all test users share one address and log in often. Tests of rate limits turn them on.
  const limits = options.env?.APP_URL?.startsWith('https:') ? {} : { LIMITS: 'off' }
  const settings: Record<string, string> = {
    DATA_DIR: dataDir,
    ...store.settings,
    ...limits,
    ...options.env,
    PORT: port,
  }
  const { projectDir: cwd = projectDir, wrapper = [] } = options
  const faults: string[] = []
  const logLines: LogLine[] = []
  let setUp = Promise.withResolvers<string>()
  let offsetMs = 0
  let run = await launch()

  async function launch() {
    const started = performance.now()
    setUp = Promise.withResolvers()
    const child = spawnServer({ cwd, settings, offsetMs: options.realTime ? null : offsetMs, wrapper })
    const output = collectOutput(child)
    createInterface({ input: streamOf(child.stderr) }).on('line', (line) => {
      if (isNextFault(line)) faults.push(line)
      const [, path] = /http\S+?(\/setup\?\S+)/.exec(line) ?? []
      if (path !== undefined) setUp.resolve(path)
    })
    const ready = new Promise<string>((resolve) => {
      createInterface({ input: streamOf(child.stdout) }).on('line', (text) => {
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
    address: `http://127.0.0.1:${port}`,
    port: Number(port),
    pid: () => run.child.pid,
    dataDir,
    store: store.location,
    readyAfterMs: run.readyAfterMs,
    faults: () => [...faults],
    logLines: () => [...logLines],
    output: () => run.output.parts(),
    setUpPath: () => setUp.promise,
    now: () => Date.now() + offsetMs,
    async advance(ms) {
      offsetMs += ms
      if (hasEnded()) return
      const taken = once(run.child, 'message')
      run.child.send({ offsetMs } satisfies TimeMove)
      await taken
    },
    stop,
    kill,
    async ended() {
      if (!hasEnded()) await once(run.child, 'exit')
      return run.child.exitCode
    },
    async restart(env = {}) {
      if (!hasEnded()) await stop()
      Object.assign(settings, env)
      run = await launch()
    },
    async dispose() {
      await kill()
      if (options.store === undefined) await store.remove()
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
