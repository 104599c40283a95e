// `npm start` and `npm run dev`: settings → build → stores → listening, and back down again on a signal.
import { Console } from 'node:console'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { readSettings, type Settings } from '../config.ts'
import { createLogRateLimit } from '../core/log/log-rate-limit.ts'
import { readOrCreateSecret } from '../secret.ts'
import { closeServices, type Services, services } from '../services.ts'
import { buildIfNeeded } from './build.ts'
import { onEnd } from './end.ts'
import { loadEnvFiles } from './env-files.ts'
import { createServers, listen, type Servers, stopServers } from './http.ts'
import { holdBuild } from './kept-build.ts'
import { installLastResort } from './last-resort.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

const root = join(import.meta.dirname, '../..')
const dev = process.argv.includes('--dev')

/** For people; stdout is kept for log lines. */
const say = (line: string) => process.stderr.write(`${line}\n`)

/** What runs so far: a signal may come at any moment of the start. */
const running: { build?: Promise<void>; app?: Services; telemetry?: Telemetry | null; servers?: Servers } = {}
const ending = new AbortController()

async function start(): Promise<void> {
  Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production', NEXT_TELEMETRY_DISABLED: '1' })
  loadEnvFiles(say, { dev })
  const settings = readSettings()
  if (!dev) {
    // The build takes a key from it. Where it cannot be made, opening the services says so, after the store's turn.
    if (settings.sessionSecrets === null) await readOrCreateSecret(settings.dataDir).catch(() => {})
    running.build = buildIfNeeded(settings, { say, signal: ending.signal })
    await running.build
    // next.config.mjs reads it.
    process.env.GATEHOUSE_BUILD = holdBuild(root)
  }
  ending.signal.throwIfAborted()
  const app = await services()
  running.app = app
  running.telemetry = settings.telemetry ? await openTelemetry(app) : null
  installLastResort(save)

  const servers = createServers(settings, app.securityEvents, { dev, log: app.log })
  running.servers = servers
  // Not before NODE_ENV is set: Next and React choose their builds when they are loaded.
  const { default: next } = await import('next')
  const site = next({ dev, dir: root, hostname: 'localhost', port: settings.port, httpServer: servers.main })
  await site.prepare()
  ending.signal.throwIfAborted()
  servers.handle(site.getRequestHandler())
  await listen(servers, settings)
  // After a scripted form's redirect Next fetches the next page from itself, by default through the public origin.
  process.env.__NEXT_PRIVATE_ORIGIN = ownAddress(settings)

  const setUp = await findSetUpLink(app)
  const store = app.stores.description
  app.log.info({ event: 'ready', url: settings.appOrigin, store }, `Gatehouse is ready at ${settings.appOrigin}`)
  say(`Gatehouse is ready: ${settings.appOrigin}`)
  say(`Store: ${store}`)
  if (setUp !== null) say(`There is no administrator yet. Make one here, once: ${setUp}`)
}

/** Before Next is loaded, which looks for who traces. Where nobody wants telemetry, none of it is loaded at all. */
async function openTelemetry(app: Services): Promise<Telemetry> {
  const { openTelemetry: open } = await import('./telemetry/telemetry.ts')
  return open(app)
}

/** Null once there is an admin. It is said on stderr alone: logs are kept, and read by many. */
async function findSetUpLink({ setup, settings, log }: Services): Promise<string | null> {
  try {
    const token = await setup.offer()
    return token && `${settings.appOrigin}/setup?token=${token}`
  } catch (err) {
    log.warn({ event: 'setup_not_offered', err }, 'No set-up link could be made: the store takes no writes')
    return null
  }
}

/** Where this process reaches itself. */
function ownAddress({ host, port }: Settings): string {
  if (host === null || host === 'localhost') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function stop(signal: string): Promise<void> {
  const { build, app, servers } = running
  if (app === undefined) say(`Gatehouse stops (${signal}).`)
  app?.log.info({ event: 'stopping', signal }, 'Stopping')
  // It throws because it was ended; the start hears of that.
  await build?.catch(() => {})
  if (servers !== undefined) await stopServers(servers)
  await save()
  app?.log.info({ event: 'stopped' }, 'Stopped: every acknowledged write is on disk')
}

async function save(): Promise<void> {
  await closeServices()
  await running.telemetry?.close()
}

/** Faults that an operator can mend have a code of ours and a sentence; anything else shows where it came from. */
function fail(what: string, error: unknown): never {
  const isOurs = error instanceof Error && 'code' in error && /^[a-z_]+$/.test(String(error.code))
  say(`Gatehouse ${what}: ${isOurs ? error.message : inspect(error)}`)
  process.exit(1)
}

// Next writes its notes with console.log; stdout is for log lines. Some it writes for each request, such as one for an action
// that nobody has: whoever sends requests without end must not write without end.
const budget = createLogRateLimit((_kind, leftOut) => say(`${leftOut} notes of Next were left out.`))
const notes = new Writable({
  write(note, _encoding, done) {
    if (budget.take('note')) process.stderr.write(note)
    done()
  },
})
globalThis.console = new Console(dev ? process.stderr : notes)
onEnd(
  (reason) => {
    ending.abort(reason)
    stop(reason).then(
      () => process.exit(0),
      (error: unknown) => fail('did not stop cleanly', error),
    )
  },
  { byNpm: process.env.npm_lifecycle_event === (dev ? 'dev' : 'start') },
)
start().catch((error: unknown) => {
  // Whatever a signal interrupted is no fault.
  if (!ending.signal.aborted) fail('cannot start', error)
})
