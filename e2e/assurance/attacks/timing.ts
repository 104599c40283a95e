// `npm run attack:timing`: does the duration of a log-in reveal whether an account exists? Alternates wrong passwords
// for an unknown name and for each kind of account. Compares the time of the answer, of other pages meanwhile and of
// pages right after. Prints medians and the p of a Mann-Whitney test; exits with 1 when the answer times differ. Needs
// a build. Arguments: the number of samples (200) and kinds.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '#e2e/support/client.ts'
import { startServer } from '#e2e/support/server.ts'
import { chosenStore, makeStore } from '#e2e/support/test-store.ts'
import { firebaseHash } from '#lib/core/crypto/old-hashes.ts'
import { createPasswordHasher } from '#lib/core/crypto/password.ts'
import { createLog } from '#lib/core/log/log.ts'
import { aUser } from '#lib/stores/contract/samples.ts'
import { openStores } from '#lib/stores/open.ts'
import { setup } from '#lib/stores/sql/postgres-setup-for-test.ts'
import type { UserRecord } from '#lib/stores/types.ts'

const present = await createPasswordHasher().hash('a password of our own')
if (!present.ok) throw new Error(present.code)
const base64 = (bytes: number) => randomBytes(bytes).toString('base64')
const bcrypt = (cost: number) => `$2b$${cost}$J1xyzRlFwY34Sc6IS1FY8uRC/Hg6Z0BNOHlmjB/Ryy7pkL2mkh9Bq`
const project = { signerKey: base64(64), saltSeparator: base64(1), rounds: 8, memoryCost: 14 }

const kinds: Record<string, Partial<UserRecord>> = {
  present: { passwordHash: present.value },
  suspended: { passwordHash: present.value, status: 'suspended' },
  deleted: { passwordHash: present.value, deletedAt: Date.now() },
  none: { passwordHash: '!' },
  sha256: { passwordHash: `sha256$${'0'.repeat(64)}` },
  'bcrypt-12': { passwordHash: bcrypt(12) },
  'bcrypt-14': { passwordHash: bcrypt(14) },
  pbkdf2: { passwordHash: `pbkdf2_sha256$1000000$salt$${base64(32)}` },
  firebase: { passwordHash: firebaseHash(base64(64), base64(8), project) },
  'better-auth': { passwordHash: `better-auth$${'0'.repeat(32)}:${'0'.repeat(128)}` },
}

const given = process.argv.slice(2)
const samples = Number(given.find((one) => /^\d+$/.test(one)) ?? 200)
const password = given.find((one) => one.startsWith('password='))?.slice('password='.length) ?? 'a wrong password'
const chosen = given.filter((one) => one in kinds)
const asked = chosen.length > 0 ? chosen : ['bcrypt-12']
/** The accepted difference: the least that a network would not hide. */
const mostMs = 5

const stopPostgres = chosenStore() === 'postgres' ? await setup() : undefined
const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-timing-'))
const store = await makeStore(chosenStore(), dataDir)
const stores = await openStores(store.location, {
  takeOver: () => ({ users: [], refused: [], notes: [] }),
  poolSize: 2,
  log: createLog('silent'),
})
await stores.users.insert(aUser({ id: 'first', username: 'first', passwordHash: present.value }))
for (const kind of asked) await stores.users.insert(aUser({ id: kind, username: `is-${kind}`, ...kinds[kind] }))
await stores.close()

interface Sample {
  answer: number
  meanwhile: number
  after: number
}

const server = await startServer({ dataDir, store, realTime: true })
try {
  const client = new Client(server.url)
  const filled = await client.findForm('/login', 'Log in')
  const names = ['nobody', ...asked]
  const taken = new Map<string, Sample[]>(names.map((name) => [name, []]))
  for (const name of names) await measure(name)
  for (let round = 0; round < samples; round += 1) {
    const rotated = [...names.slice(round % names.length), ...names.slice(0, round % names.length)]
    for (const name of rotated) taken.get(name)?.push(await measure(name))
  }

  async function measure(name: string): Promise<Sample> {
    const username = name === 'nobody' ? `no-${randomBytes(4).toString('hex')}` : `is-${name}`
    const began = performance.now()
    const answered = client.post(filled, Object.entries({ username, password })).then(({ status }) => {
      if (status !== 200) throw new Error(`A log-in answered ${status}`)
      return performance.now() - began
    })
    await delay(5)
    const meanwhile = await pages()
    const answer = await answered
    return { answer, meanwhile, after: await pages() }
  }

  /** Ten small pages, one after the other. */
  async function pages(): Promise<number> {
    const began = performance.now()
    for (let n = 0; n < 10; n += 1) await client.fetch('/api/session')
    return performance.now() - began
  }

  const nobody = taken.get('nobody') ?? []
  say(`${samples} samples each, ${chosenStore()}: medians, their difference to a name that nobody has, and p\n`)
  for (const part of ['answer', 'meanwhile', 'after'] as const) {
    for (const name of asked) {
      const [theirs, other] = [(taken.get(name) ?? []).map((one) => one[part]), nobody.map((one) => one[part])]
      const difference = median(theirs) - median(other)
      const p = mannWhitney(theirs, other)
      const isTold = part === 'answer' && Math.abs(difference) > mostMs && p < 0.01
      if (isTold) process.exitCode = 1
      const figures = `${median(theirs).toFixed(1)} ms  ${difference.toFixed(1)} ms  p ${p.toPrecision(2)}`
      say(
        `${part.padEnd(10)} ${name.padEnd(12)} nobody ${median(other).toFixed(1)} ms  ${figures}${isTold ? '  TOLD' : ''}`,
      )
    }
  }
} finally {
  await server.dispose()
  await store.remove()
  await rm(dataDir, { recursive: true, force: true })
  await stopPostgres?.()
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Two-sided, by the normal approximation, which is valid from twenty samples on. */
function mannWhitney(one: number[], other: number[]): number {
  const [m, n] = [one.length, other.length]
  let above = 0
  for (const a of one) for (const b of other) above += a > b ? 1 : a === b ? 0.5 : 0
  const z = Math.abs(above - (m * n) / 2) / Math.sqrt((m * n * (m + n + 1)) / 12)
  return 2 * (1 - normal(z))
}

/** Abramowitz and Stegun, 26.2.17. */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const sum = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
