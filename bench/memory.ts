// `npm run bench:memory [-- <addresses> <operations>]`: the live heap of a server after a forced collection, during
// failed log-ins from ever new addresses and then during normal use. Both must stay flat. TEST_STORE selects the store.
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Client } from '#e2e/support/client.ts'
import { makePerson } from '#e2e/support/person.ts'
import { startServer } from '#e2e/support/server.ts'
import { chosenStore } from '#e2e/support/test-store.ts'
import type { HeapReport } from './heap-on-signal.ts'
import { say } from './report.ts'

const [addresses = 5_000, operations = 30_000] = process.argv.slice(2).map(Number)
const steps = 5
const atOnce = 8

const preload = pathToFileURL(path.join(import.meta.dirname, 'heap-on-signal.ts')).href
const server = await startServer({
  realTime: true,
  env: { LIMITS: 'on', TRUST_PROXY_HOPS: '1', NODE_OPTIONS: `--import ${preload}` },
})
const newClient = () => new Client(server.url, server.address)

try {
  say(`store: ${chosenStore()}`)
  const visitor = newClient()
  const logInForm = await visitor.findForm('/login', 'Log in')

  const guess = async (n: number) => {
    const fields = { username: `nobody-${randomBytes(4).toString('hex')}`, password: 'one of many guesses' }
    await visitor.post(logInForm, Object.entries(fields), from(n))
  }
  await round('wrong log-ins, each from a new address', addresses, guess)

  const people = await Promise.all(
    Array.from({ length: atOnce }, async (_, n) => {
      const client = newClient()
      const person = makePerson()
      const values = { ...person, confirmPassword: person.password }
      const { location } = await client.submit('/signup', 'Sign up', values, from(n))
      if (location === null) throw new Error('Nobody could sign up')
      const editForm = await client.findForm('/profile/edit', 'Save profile')
      return { client, person, editForm }
    }),
  )
  const mixed = async (n: number) => {
    const someone = people[n % people.length]
    if (someone === undefined) throw new Error('There is nobody')
    const { client, person, editForm } = someone
    const kind = Math.floor(n / people.length) % 50
    if (kind < 20) await client.open(kind % 2 === 0 ? '/' : '/profile', from(n))
    else if (kind < 28) await client.fetch('/api/session', { headers: from(n) })
    else if (kind < 34) await client.fetch('/api/session/activity', { method: 'POST', headers: from(n) })
    else if (kind < 40) await visitor.open(`/login?next=/${randomBytes(9).toString('hex')}`, from(n))
    else if (kind < 44) await client.open(`/${randomBytes(9).toString('hex')}`, from(n))
    else if (kind < 46) await client.open('/security', from(n))
    else if (kind < 47) await guess(n)
    else if (kind < 49) {
      const values = { fullName: 'Ada', bio: 'b'.repeat(n % 200), age: '36' }
      await client.post(editForm, Object.entries(values), from(n))
    } else {
      const other = newClient()
      const logIn = { username: person.username, password: person.password }
      await other.submit('/login', 'Log in', logIn, from(n))
      await other.submit('/profile', 'Log out', {}, from(n))
    }
  }
  await round('mixed operations', operations, mixed)
} finally {
  await server.dispose()
}

async function round(name: string, count: number, operate: (n: number) => Promise<void>): Promise<void> {
  // One-time allocations are not growth.
  await inParallel(0, 500, operate)
  say(`\n${name}`)
  say(['', 'heap MB', 'buffers MB', 'memory MB'].join('\t'))
  await report('0')
  for (let step = 0; step < steps; step++) {
    await inParallel(500 + Math.floor((step * count) / steps), 500 + Math.floor(((step + 1) * count) / steps), operate)
    await report(String(Math.floor(((step + 1) * count) / steps)))
  }
}

async function inParallel(start: number, end: number, operate: (n: number) => Promise<void>): Promise<void> {
  let next = start
  const work = async () => {
    while (next < end) await operate(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function report(label: string): Promise<void> {
  const reports = () => server.logLines().filter(({ event }) => event === 'heap')
  const before = reports().length
  const pid = server.pid()
  if (pid === undefined) throw new Error('There is no server')
  process.kill(pid, 'SIGUSR2')
  while (reports().length === before) await pause(50)
  const { heapBytes, externalBytes, rssBytes } = reports().at(-1) as unknown as HeapReport
  say([label, ...[heapBytes, externalBytes, rssBytes].map((bytes) => (bytes / 2 ** 20).toFixed(1))].join('\t'))
}

/** An address that no other client has. */
function from(n: number): Record<string, string> {
  return { 'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` }
}
