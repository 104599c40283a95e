// `npm run bench`: requests per second of /profile for a logged-in user, against the same page in a bare Next app with
// an empty middleware, measured alternately in one run, and the causes of the difference.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { Client } from '#e2e/support/client.ts'
import { findFreePort } from '#e2e/support/free-port.ts'
import { navigationHeaders } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { startServer } from '#e2e/support/server.ts'
import { fetchPage, measure, type Rate, type Target } from './load.ts'
import { measureParts } from './parts.ts'

const root = path.resolve(import.meta.dirname, '..')
const bareDir = path.join(import.meta.dirname, 'bare')
const next = path.join(root, 'node_modules/next/dist/bin/next')
const warmUpMs = 4000
const roundMs = 4000
const rounds = 7
const aim = 0.85
const marker = 'Keeps the lamp lit'

const acceptLanguage = 'en-GB,en;q=0.9'
const headers = { ...(navigationHeaders as Record<string, string>), 'accept-language': acceptLanguage }

run('Building the site', [path.join(root, 'lib/server/build.ts')], root)
run('Building the bare app', [next, 'build'], bareDir)

const server = await startServer({ realTime: true })
const bare = await startBare()
try {
  const site: Target = {
    name: 'Gatehouse',
    url: `${server.url}/profile`,
    headers: await signIn(),
    marker,
    pid: server.pid(),
  }
  const yardstick: Target = { name: 'bare Next', url: `${bare.url}/profile`, headers, marker, pid: bare.child.pid }
  const sizes = await Promise.all([site, yardstick].map(async (target) => (await fetchPage(target)).length))
  say(`Bytes of the page: ${site.name} ${sizes[0]}, ${yardstick.name} ${sizes[1]}`)

  const rates = await measureInTurns(site, yardstick)
  const [siteRate, bareRate] = [median(rates.site, perSecond), median(rates.bare, perSecond)]
  const [siteCpu, bareCpu] = [median(rates.site, cpu), median(rates.bare, cpu)]
  say(`\n${site.name}: ${siteRate.toFixed(0)} requests/s (${spread(rates.site)}), ${siteCpu.toFixed(0)} µs of CPU each`)
  say(
    `${yardstick.name}: ${bareRate.toFixed(0)} requests/s (${spread(rates.bare)}), ${bareCpu.toFixed(0)} µs of CPU each`,
  )
  say(
    `Ratio of the medians: ${(siteRate / bareRate).toFixed(3)} by rate (aim: ${aim} or better), ${(bareCpu / siteCpu).toFixed(3)} by CPU`,
  )
  await explain(siteCpu - bareCpu)
} finally {
  bare.child.kill()
  await server.stop()
  await server.dispose()
}

/** Each round measures both in alternating order, so that a slow minute affects both. */
async function measureInTurns(site: Target, yardstick: Target) {
  say(`Warming up, then ${rounds} rounds of ${roundMs / 1000} s each in turns`)
  await measure(site, warmUpMs)
  await measure(yardstick, warmUpMs)
  const rates = { site: [] as Rate[], bare: [] as Rate[] }
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) rates.site.push(await measure(site, roundMs))
    rates.bare.push(await measure(yardstick, roundMs))
    if (round % 2 === 1) rates.site.push(await measure(site, roundMs))
    say(
      `  round ${round + 1}: ${rates.site.at(-1)?.perSecond.toFixed(0)} and ${rates.bare.at(-1)?.perSecond.toFixed(0)} requests/s`,
    )
  }
  return rates
}

async function explain(differenceMicroseconds: number): Promise<void> {
  const parts = await measureParts()
  const known = parts.filter((part) => !part.isOnce).reduce((sum, part) => sum + part.microseconds, 0)
  say(`\nA request takes ${differenceMicroseconds.toFixed(0)} µs of CPU more than bare. Of these:`)
  for (const { name, microseconds, isOnce } of parts)
    say(row(microseconds, isOnce ? `${name}; first request only, not counted` : name))
  say(row(differenceMicroseconds - known, 'Next around it: cookies and headers, awaits, the not-found page sent along'))
}

function row(microseconds: number, name: string): string {
  return `  ${microseconds.toFixed(1).padStart(8)} µs  ${name}`
}

async function signIn(): Promise<Record<string, string>> {
  const client = new Client(server.url)
  await client.signUp({ ...makePerson(), username: 'zoe.quist' })
  const profile = { fullName: 'Zoë Quist-O’Hara', bio: `${marker}.`, age: '41' }
  await client.submit('/profile/edit', 'Save profile', profile)
  return { ...headers, cookie: `session=${client.cookies.get('session')}` }
}

async function startBare(): Promise<{ child: ChildProcess; url: string }> {
  const port = await findFreePort()
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const child = spawn(process.execPath, [next, 'start', '--port', String(port)], {
    cwd: bareDir,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready')) break
  child.stdout.resume()
  return { child, url: `http://localhost:${port}` }
}

function run(what: string, command: string[], cwd: string): void {
  say(what)
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${what} failed:\n${stdout}${stderr}`)
}

function perSecond(rate: Rate): number {
  return rate.perSecond
}

function cpu(rate: Rate): number {
  return rate.cpuMicroseconds ?? 1e6 / rate.perSecond
}

function median(rates: Rate[], figure: (rate: Rate) => number): number {
  return rates.map(figure).toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0
}

function spread(rates: Rate[]): string {
  const figures = rates.map(perSecond)
  return `${Math.min(...figures).toFixed(0)} to ${Math.max(...figures).toFixed(0)}`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
