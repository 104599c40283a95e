// Requests that run while a session ends neither revive it nor fail: a thousand each.
import { expect, test } from '#e2e/fixtures.ts'
import { Client } from '#e2e/support/client.ts'
import { seconds } from '#e2e/support/durations.ts'
import type { Answer } from '#e2e/support/http.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { countStoredSessions, findStoredUser } from '#e2e/support/store-contents.ts'

const rounds = 25
const together = 40

const acts: ((client: Client) => Promise<Answer>)[] = [
  (client) => client.open('/profile'),
  (client) => client.fetch('/api/session'),
  (client) => client.fetch('/api/session/activity', { method: 'POST' }),
  (client) => client.open('/security'),
]

interface Round {
  username: string
  client: Client
  /** Starts the requests of one round; each has its own cookies. */
  begin: (count: number) => Promise<Answer>[]
}

async function startRound(server: TestServer): Promise<Round> {
  const client = new Client(server.url)
  const { username } = await client.signUp()
  const act = (_: unknown, index: number) => acts[index % acts.length]?.(client.copy()) ?? client.open('/')
  return { username, client, begin: (count) => Array.from({ length: count }, act) }
}

async function expectOver(server: TestServer, { username, client }: Round, answers: Answer[]): Promise<void> {
  const wrong = answers.filter(({ status }) => ![200, 204, 303, 307, 401].includes(status)).map(({ status }) => status)
  expect(wrong, 'answers that are neither a page nor the way to the log-in').toEqual([])
  expect(await client.copy().isSignedIn()).toBe(false)
  const user = await findStoredUser(server.store, username)
  expect(await countStoredSessions(server.store, user?.id ?? '')).toBe(0)
}

test('at a log-out [T20]', async ({ server }) => {
  for (let round = 0; round < rounds; round += 1) {
    const started = await startRound(server)
    const form = await started.client.findForm('/profile', 'Log out')
    // Two tabs press the button, at a different moment in each round.
    const before = started.begin(round)
    const logOuts = [started.client.copy(), started.client.copy()].map((tab) => tab.post(form, []))
    const answers = await Promise.all([...before, ...logOuts, ...started.begin(together - round)])
    await expectOver(server, started, answers)
  }
})

test('at the end of the window [T20]', async ({ server }) => {
  for (let round = 0; round < rounds; round += 1) {
    const started = await startRound(server)
    await started.client.open('/profile')
    await server.advance(seconds(595))
    const before = started.begin(round)
    // A request in time extended the window, so a full one has to pass.
    const passed = server.advance(seconds(600))
    const answers = await Promise.all([...before, ...started.begin(together - round)])
    await passed
    await expectOver(server, started, answers)
  }
})
