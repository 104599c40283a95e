// Part of `npm run bench`: what the nonce of the content policy costs on each kind of page, in bytes, and in rate and
// processor time against the same build whose pages have none, measured in turns in one run.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import type { Client } from '#e2e/support/client.ts'
import { type Answer, navigationHeaders, send } from '#e2e/support/http.ts'
import { startServer, type TestServer } from '#e2e/support/server.ts'
import { newNonce } from '#lib/core/crypto/random.ts'
import { pagePolicy } from '#lib/web/security-headers.ts'
import { measure, type Rate, type Target } from './load.ts'

const warmUpMs = 3000
const roundMs = 1000
const rounds = 15

/** A kind of page, and what its answer has to contain. */
const pages: [path: string, marker: string][] = [
  ['/login', 'Forgot your password?'],
  ['/signup', 'Already have an account?'],
  ['/', 'This session'],
  ['/profile', 'Edit profile'],
  ['/security', 'Change password'],
  ['/admin', 'Live sessions'],
]
const rated = ['/login', '/profile', '/admin']

const withoutNonce = pathToFileURL(path.join(import.meta.dirname, 'without-nonce.ts')).href
const servers = {
  with: await startServer({ realTime: true }),
  without: await startServer({ realTime: true, env: { NODE_OPTIONS: `--import ${withoutNonce}` } }),
}
try {
  const askers = { with: await signIn(servers.with), without: await signIn(servers.without) }
  say('Bytes of a page with the nonce and without; the same after gzip; how many places it is in')
  for (const [at] of pages) {
    const [one, other] = [await ask(servers.with, askers.with, at), await ask(servers.without, askers.without, at)]
    const places = one.text.match(/nonce="/g)?.length ?? 0
    if (other.text.includes('nonce="')) throw new Error('The page without a nonce has one')
    const row = [pageBytes, gzipBytes].map((size) => `${size(one)} − ${size(other)} = ${size(one) - size(other)}`)
    say(`  ${at.padEnd(10)} ${row.join('   ')}   ${places} places`)
  }
  say(
    `Making a nonce and its policy: ${cpuMicroseconds(makePolicy).toFixed(1)} µs of CPU; the policy: ${makePolicy().length} bytes`,
  )
  say('Rate and processor time of a request, with the nonce and without')
  for (const [at, marker] of pages.filter(([kind]) => rated.includes(kind))) {
    const targets = {
      with: target(servers.with, askers.with, at, marker),
      without: target(servers.without, askers.without, at, marker),
    }
    const rates = await measureInTurns(targets.with, targets.without)
    const [cpu, cpuWithout] = [median(rates.one.map(cpuOf)), median(rates.other.map(cpuOf))]
    const rate = median(rates.one.map(rateOf)) / median(rates.other.map(rateOf))
    say(
      `  ${at.padEnd(10)} ${rate.toFixed(3)} of the rate; ${cpu.toFixed(0)} and ${cpuWithout.toFixed(0)} µs of CPU: ${(cpuWithout / cpu).toFixed(3)}`,
    )
  }
} finally {
  for (const server of Object.values(servers)) await server.dispose()
}

function cpuMicroseconds(work: () => unknown): number {
  const times = 100_000
  for (let warmUp = 0; warmUp < times; warmUp++) work()
  const before = process.cpuUsage()
  for (let time = 0; time < times; time++) work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}

function makePolicy(): string {
  return pagePolicy({ nonce: newNonce(), appOrigin: servers.with.url })
}

/** An admin, who may see every page; visitors’ pages are asked for without a cookie. */
async function signIn(server: TestServer): Promise<Client> {
  const admin = await logInAs(server, await firstAdmin(server))
  await admin.submit('/profile/edit', 'Save profile', {
    fullName: 'Zoë Quist-O’Hara',
    bio: 'Keeps the lamp lit.',
    age: '41',
  })
  return admin
}

function headersFor(client: Client, at: string): Record<string, string> {
  const headers = { ...(navigationHeaders as Record<string, string>), 'accept-language': 'en-GB,en;q=0.9' }
  const isForVisitors = at === '/login' || at === '/signup'
  return isForVisitors ? headers : { ...headers, cookie: `session=${client.cookies.get('session')}` }
}

function ask(server: TestServer, client: Client, at: string): Promise<Answer> {
  return send(server.url, { path: at, headers: headersFor(client, at) })
}

function target(server: TestServer, client: Client, at: string, marker: string): Target {
  return { name: at, url: `${server.url}${at}`, headers: headersFor(client, at), marker, pid: server.pid() }
}

/** Each round measures both, the first one first in every other round, so that a slow minute falls on both. */
async function measureInTurns(first: Target, second: Target): Promise<{ one: Rate[]; other: Rate[] }> {
  const rates = { one: [] as Rate[], other: [] as Rate[] }
  await measure(first, warmUpMs)
  await measure(second, warmUpMs)
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) rates.one.push(await measure(first, roundMs))
    rates.other.push(await measure(second, roundMs))
    if (round % 2 === 1) rates.one.push(await measure(first, roundMs))
  }
  return rates
}

function pageBytes({ text }: Answer): number {
  return Buffer.byteLength(text)
}

function gzipBytes({ text }: Answer): number {
  return gzipSync(text).length
}

function rateOf({ perSecond }: Rate): number {
  return perSecond
}

function cpuOf({ perSecond, cpuMicroseconds }: Rate): number {
  return cpuMicroseconds ?? 1e6 / perSecond
}

function median(figures: number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
