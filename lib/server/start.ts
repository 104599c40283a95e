// `npm start` and `npm run dev`: settings → build → stores → listening, and back down again on a signal.

import { Console } from 'node:console'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { readSettings, type Settings } from '../config.ts'
import { isOwnError } from '../core/error-code.ts'
import { createLogRateLimit } from '../core/log/log-rate-limit.ts'
import { readOrCreateSecret } from '../secret.ts'
import { closeServices, type Services, services } from '../services.ts'
import { sessionCookieName } from '../web/cookies/session-cookie.ts'
import { buildIfNeeded } from './build.ts'
import { onEnd } from './end.ts'
import { loadEnvFiles } from './env-files.ts'
import { createServers, listen, type Servers, stopServers } from './http.ts'
import { holdBuild } from './kept-build.ts'
import { installLastResort } from './last-resort.ts'
import { withNotFoundPage } from './not-found.ts'
import { withCompression } from './page-compression.ts'
import { withStaticFiles } from './static-files.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

const root = join(import.meta.dirname, '../..')
const dev = process.argv.includes('--dev')

/** Messages for the operator; stdout is reserved for log lines. */
const say = (line: string) => process.stderr.write(`${line}\n`)

/** What has been started so far: a signal can arrive at any moment. */
const running: { build?: Promise<void>; app?: Services; telemetry?: Telemetry | null; servers?: Servers } = {}
const ending = new AbortController()

async function start(): Promise<void> {
  Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production', NEXT_TELEMETRY_DISABLED: '1' })
  loadEnvFiles(say, { dev })
  const settings = readSettings()
  if (!dev) {
    // The build derives its action key from the secret. If it cannot be created, `services()` reports that, after any
    // error of the store.
    if (settings.sessionSecrets === null) await readOrCreateSecret(settings.dataDir).catch(() => {})
    running.build = buildIfNeeded(settings, { say, signal: ending.signal })
    await running.build
    // next.config.mjs reads this variable.
    process.env.GATEHOUSE_BUILD = holdBuild(root)
  }
  ending.signal.throwIfAborted()
  const app = await services()
  running.app = app
  running.telemetry = settings.telemetry ? await openTelemetry(app) : null
  installLastResort(save)

  const servers = createServers(settings, app.securityEvents, { dev, log: app.log })
  running.servers = servers
  // Import late: Next and React choose their builds by NODE_ENV when they load.
  const { default: next } = await import('next')
  const site = next({ dev, dir: root, hostname: 'localhost', port: settings.port, httpServer: servers.main })
  await site.prepare()
  ending.signal.throwIfAborted()
  const pages = site.getRequestHandler()
  servers.handle(dev ? pages : await compressed(pages, settings))
  await listen(servers, settings)
  // Behind a scripted form's redirect Next fetches the next page from itself, through the public origin by default.
  process.env.__NEXT_PRIVATE_ORIGIN = ownAddress(settings)

  const setUp = await findSetUpLink(app)
  const store = app.stores.description
  app.log.info({ event: 'ready', url: settings.appOrigin, store }, `Gatehouse is ready at ${settings.appOrigin}`)
  say(`Gatehouse is ready: ${settings.appOrigin}`)
  say(`Store: ${store}`)
  if (setUp !== null) say(`There is no administrator yet. Make one here, once: ${setUp}`)
}

async function compressed(pages: RequestListener, { appOrigin }: Settings): Promise<RequestListener> {
  const build = join(root, process.env.GATEHOUSE_BUILD ?? '.next')
  return withStaticFiles(build, withCompression(sessionCookieName(appOrigin), withNotFoundPage(pages)))
}

/** Must run before Next loads, which looks for a tracer. Without a collector, no telemetry package is loaded. */
async function openTelemetry(app: Services): Promise<Telemetry> {
  const { openTelemetry: open } = await import('./telemetry/telemetry.ts')
  return open(app)
}

/** Null once there is an admin. The link goes to stderr only, since logs are stored and widely readable. */
async function findSetUpLink({ setup, settings, log }: Services): Promise<string | null> {
  try {
    const token = await setup.offer()
    return token && `${settings.appOrigin}/setup?token=${token}`
  } catch (err) {
    log.warn({ event: 'setup_not_offered', err }, 'Cannot create the set-up link: the store rejects writes')
    return null
  }
}

/** The URL at which this process reaches itself. */
function ownAddress({ host, port }: Settings): string {
  if (host === null || host === 'localhost') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function stop(signal: string): Promise<void> {
  const { build, app, servers } = running
  if (app === undefined) say(`Gatehouse stops (${signal}).`)
  app?.log.info({ event: 'stopping', signal }, 'Stopping')
  // An aborted build rejects; `start` handles the error.
  await build?.catch(() => {})
  if (servers !== undefined) await stopServers(servers)
  await save()
  app?.log.info({ event: 'stopped' }, 'Stopped: every acknowledged write is on disk')
}

async function save(): Promise<void> {
  await closeServices()
  await running.telemetry?.close()
}

function fail(what: string, error: unknown): never {
  say(`Gatehouse ${what}: ${isOwnError(error) ? error.message : inspect(error)}`)
  process.exit(1)
}

// Next logs with console.log, but stdout is reserved for log lines. Some notes come once per request, such as for an
// unknown action, so the rate limit keeps a client from filling the log.
const budget = createLogRateLimit((_kind, leftOut) => say(`${leftOut} notes from Next were left out.`))
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
  // An aborted start is no error.
  if (!ending.signal.aborted) fail('cannot start', error)
})
