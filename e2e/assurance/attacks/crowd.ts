// `npm run attack:crowd`: can one account block all other log-ins? An attacker logs in to one account from 113 browsers
// with four connections each, without pauses, from one address and then from many. Meanwhile users log in 21 times from
// other addresses, with known and new browsers. Exits with 1 when one of them is refused. Needs a build.
import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '#e2e/support/client.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import { startServer } from '#e2e/support/server.ts'

const browsers = 113
const connectionsOfOne = 4
const tries = 21

const server = await startServer({ realTime: true, env: { LIMITS: 'on', TRUST_PROXY_HOPS: '1' } })
try {
  const mallory = makePerson()
  await signUp(mallory, '203.0.113.5')
  const named: Client[] = []
  for (let n = 0; n < browsers; n += 1) {
    const client = new Client(server.url, server.url, new Agent({ keepAlive: true }))
    await logIn(client, mallory, '203.0.113.5')
    named.push(client)
  }
  await round('from one address', () => '203.0.113.5')
  await round('from as many addresses', (n) => `203.0.113.${n}`)

  async function round(name: string, addressOf: (n: number) => string): Promise<void> {
    const person = makePerson()
    const known = await signUp(person, '198.51.100.7')
    let isOver = false
    const crowd = named.flatMap((client, n) =>
      Array.from({ length: connectionsOfOne }, async () => {
        while (!isOver) await logIn(client.copy(), mallory, addressOf(n)).catch(() => 0)
      }),
    )
    // Wait until the crowd is at full size.
    await delay(2000)
    const statuses = { known: new Map<number, number>(), new: new Map<number, number>() }
    for (let n = 0; n < tries; n += 1) {
      known.cookies.delete('session')
      count(statuses.known, await logIn(known, person, '198.51.100.7'))
      count(statuses.new, await logIn(new Client(server.url), person, `192.0.2.${n}`))
    }
    isOver = true
    await Promise.all(crowd)
    for (const [where, counts] of Object.entries(statuses)) {
      const told = [...counts].map(([status, times]) => `${times} of ${tries} × ${status}`).join(', ')
      process.stdout.write(`${name}, log-ins of others in a ${where} browser: ${told}\n`)
      if ((counts.get(303) ?? 0) < tries) process.exitCode = 1
    }
  }
} finally {
  await server.dispose()
}

async function signUp(person: Person, address: string): Promise<Client> {
  const client = new Client(server.url)
  const fields = { ...person, confirmPassword: person.password }
  const { status } = await client.submit('/signup', 'Sign up', fields, { 'x-forwarded-for': address })
  if (status !== 303) throw new Error(`A sign-up answered ${status}`)
  return client
}

async function logIn(client: Client, { username, password }: Person, address: string): Promise<number> {
  const filled = await client.findForm('/login', 'Log in')
  client.cookies.delete('session')
  return (await client.post(filled, Object.entries({ username, password }), { 'x-forwarded-for': address })).status
}

function count(statuses: Map<number, number>, status: number): void {
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
}
