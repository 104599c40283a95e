// Asks a range API like Pwned Passwords whether a password was leaked. Sends five characters of its SHA-1 and receives
// every hash with that prefix. Off unless BREACHED_PASSWORDS is set.
import { createHash } from 'node:crypto'
import { seconds } from '../../core/clock.ts'
import type { Log } from '../../core/log/log.ts'

export interface BreachedPasswords {
  /** Also false when the service does not answer in time: a sign-up must not depend on it. */
  has(password: string): Promise<boolean>
}

/** The API's prefix length: 20 bits, shared by hundreds of leaked passwords. */
const prefixLength = 5
/** `<35 hex characters>:<count>`. Padding has the count 0. */
const row = /^([0-9A-F]{35}):(\d{1,12})$/i
/** Far more than any range holds. Cuts off an endless response. */
const maxBytes = 2 ** 21

export function createBreachedPasswords(deps: {
  /** Ends with a slash. Null turns the check off. */
  url: string | null
  log: Log
  timeoutMs?: number
}): BreachedPasswords {
  const { url, log, timeoutMs = seconds(1) } = deps

  async function findIn(range: string, password: string): Promise<boolean> {
    const hash = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase()
    const response = await fetch(new URL(hash.slice(0, prefixLength), range), {
      // Ask for padding, so that the response length does not reveal the prefix.
      headers: { 'Add-Padding': 'true' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new RangeFault(`status_${response.status}`)
    }
    const rows = (await readText(response))
      .trim()
      .split(/\r?\n/)
      .map((line) => row.exec(line))
    if (rows.includes(null)) throw new RangeFault('not_a_range')
    return rows.some((found) => found?.[1]?.toUpperCase() === hash.slice(prefixLength) && Number(found[2]) > 0)
  }

  return {
    async has(password) {
      if (url === null) return false
      try {
        return await findIn(url, password)
      } catch (fault) {
        const asked = 'Nobody could say whether a new password was published; it was judged without'
        log.warn({ event: 'breach_check_failed', reason: reasonOf(fault) }, asked)
        return false
      }
    },
  }
}

class RangeFault extends Error {}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw new RangeFault('too_long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}

/** Logs error codes and names only, because a message might quote the request. */
function reasonOf(fault: unknown): string {
  if (fault instanceof RangeFault) return fault.message
  if (!(fault instanceof Error)) return 'unknown'
  const { cause } = fault
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message.replaceAll(/\s/g, '_')
  return fault.name
}
