// The load of flood.ts on a separate thread: each connection sends its next guess after each answer.
import { randomBytes, randomInt } from 'node:crypto'
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { Client } from '#e2e/support/client.ts'
import { encodeMultipart } from '#e2e/support/form-body.ts'
import { navigationHeaders } from '#e2e/support/http.ts'

export interface FloodPlan {
  url: string
  /** Half of the guesses are for this user, the others for unknown names. */
  username: string
  connections: number
  ms: number
  addresses: 'one' | 'many'
}

export interface FloodReport {
  perSecond: number
  /** The count of each status; 0 is a broken connection. */
  statuses: Record<number, number>
}

const plan: FloodPlan = workerData
const { form } = await new Client(plan.url).findForm('/login', 'Log in')
const agent = new Agent({ keepAlive: true, maxSockets: plan.connections })
const statuses: Record<number, number> = {}
const began = performance.now()

await Promise.all(
  Array.from({ length: plan.connections }, async () => {
    while (performance.now() - began < plan.ms) {
      const status = await guess()
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }),
)
agent.destroy()
const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0)
parentPort?.postMessage({ perSecond: answered / (plan.ms / 1000), statuses } satisfies FloodReport)

function guess(): Promise<number> {
  const username = randomInt(2) === 0 ? plan.username : `nobody-${randomBytes(4).toString('hex')}`
  const address = plan.addresses === 'one' ? '203.0.113.5' : `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
  const fields = [...form.hidden, ['username', username], ['password', 'one of many guesses']] as const
  const { body, headers } = encodeMultipart(fields)
  return new Promise((resolve) => {
    const outgoing = request(
      `${plan.url}/login`,
      {
        method: 'POST',
        agent,
        headers: {
          ...(navigationHeaders as Record<string, string>),
          ...headers,
          origin: plan.url,
          'content-length': Buffer.byteLength(body),
          'x-forwarded-for': address,
        },
      },
      (incoming) => {
        incoming.resume()
        incoming.once('end', () => resolve(incoming.statusCode ?? 0)).once('error', () => resolve(0))
      },
    )
    outgoing.once('error', () => resolve(0))
    outgoing.end(body)
  })
}
