// The site under test, with bystanders that no request may affect, and its state after all requests so far.
import { createHash } from 'node:crypto'
import { Agent } from 'node:http'
import { expect } from 'vitest'
import { firstAdmin, makePersonWith } from '#e2e/support/admin.ts'
import { readRoutes } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import type { Answer } from '#e2e/support/http.ts'
import { startServer, type TestServer } from '#e2e/support/server.ts'
import type { UserRecord } from '#lib/stores/types.ts'
import { type Barrier, createBarrier } from './request-barrier.ts'
import { atOnce } from './scale.ts'
import { viewStore } from './store.ts'
import type { Known } from './values.ts'

/** Next's message for an action that the build does not have; its answer is 404. */
const expectedFaults = /Failed to find Server Action|Server Reference ID did not match/

export interface FuzzedSite {
  server: TestServer
  agent: Agent
  barrier: Barrier
  /** The pages that a form may be posted to. */
  pages: string[]
  known: Partial<Record<Known, string>>
  /** Only a bystander and an admin may read these. */
  secrets: string[]
  /** No client may read this. */
  hash: string
  /** A logged-in user unrelated to the tested form, and a user whose session has ended. */
  other: Client
  ended: Client
  /** The users whose role an admin may have chosen. */
  mayHaveAnyRole: Set<string>
  /** Fails unless all invariants hold. */
  expectSound(): Promise<void>
  close(): Promise<void>
}

export async function openSite({ withAdmin = true } = {}): Promise<FuzzedSite> {
  // Timeouts are off here. When an authentication is no longer recent, the actor logs in again.
  const env = { SESSION_IDLE_SECONDS: '86400', SESSION_MAX_SECONDS: '86400' }
  const server = await startServer({ env, realTime: true })
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const barrier = createBarrier()
  const newClient = () => new Client(server.url, server.url, agent)
  const mark = createHash('sha256').update(server.url).update(String(Date.now())).digest('hex').slice(0, 12)
  const secrets = [`Sentinel Quillfeather ${mark}`, `What only ${mark} knows`]

  const bystander = newClient()
  const person = await bystander.signUp()
  const profile = { fullName: secrets[0] ?? '', bio: secrets[1] ?? '', age: '77' }
  await bystander.submit('/profile/edit', 'Save profile', profile)
  if (withAdmin) {
    await makePersonWith(server, 'guest')
    await firstAdmin(server)
  }
  const other = newClient()
  await other.signUp()
  const leaver = newClient()
  await leaver.signUp()
  const ended = leaver.copy()
  await leaver.logOut()

  const before = await viewStore(server.store)
  const roles = new Map([...before.users.values()].map(({ id, role }) => [id, role]))
  const bystanderRecord = [...before.users.values()].find(({ username }) => username === person.username)
  const isBystander = ({ id, role }: UserRecord) => role === 'guest' || id === bystanderRecord?.id
  const bystanders = [...before.users.values()].filter(isBystander)
  const hash = bystanderRecord?.passwordHash ?? ''
  const session = before.sessions.find(({ userId }) => userId === bystanderRecord?.id)
  const mayHaveAnyRole = new Set<string>()
  const met = new Set<string>()
  let faultsSeen = 0

  async function expectSound(): Promise<void> {
    await barrier.whileQuiet(async () => {
      const { users, faults } = await viewStore(server.store)
      expect(faults, 'faults of the store').toEqual([])
      for (const id of met) if (!users.has(id)) expect.fail(`the person ${id} is gone`)
      for (const record of bystanders) expect(users.get(record.id), 'a bystander').toEqual(record)
      for (const { id, role } of users.values()) {
        met.add(id)
        const asMade = roles.get(id) ?? 'member'
        if (role !== asMade && !mayHaveAnyRole.has(id)) expect.fail(`${id} was ${asMade} and has become ${role}`)
      }
      expect(await bystander.isSignedIn(), 'a bystander is still signed in').toBe(true)
      const ready = await newClient().open('/readyz')
      expect(ready.status, ready.text).toBe(200)
    })
    const faults = server.faults()
    const news = new Set(faults.slice(faultsSeen).map((line) => line.slice(0, 300)))
    const unexpected = [...news].filter((line) => !expectedFaults.test(line))
    faultsSeen = faults.length
    expect(unexpected, 'errors in the log, of whatever was tried since the last look').toEqual([])
  }

  return {
    server,
    agent,
    barrier,
    pages: readRoutes()
      .filter(({ isHandler }) => !isHandler)
      .map(({ path }) => path),
    known: {
      bystanderId: bystanderRecord?.id ?? '',
      bystanderName: person.username,
      bystanderSession: session?.id ?? '',
    },
    secrets,
    hash,
    other,
    ended,
    mayHaveAnyRole,
    expectSound,
    async close() {
      agent.destroy()
      await server.restart()
      expect((await new Client(server.url).open('/readyz')).status, 'ready after a new start').toBe(200)
      await server.stop()
      const { faults } = await viewStore(server.store)
      expect(faults).toEqual([])
      await server.dispose()
    },
  }
}

/** The redirect of an answer, for the browser and for React's script. */
export function leadsTo({ location, headers }: Answer): string | null {
  const told = location ?? headers['x-action-redirect']
  return typeof told === 'string' ? (told.split(';')[0] ?? null) : null
}
