// Whether a password was published in a leak, asked of a range API in the manner of Pwned Passwords: five characters of
// its SHA-1 leave this machine, and the answer holds every hash that begins so. Off unless BREACHED_PASSWORDS says where.
import { createHash } from 'node:crypto'
import { seconds } from '../../core/clock.ts'
import type { Log } from '../../core/log/log.ts'

export interface BreachedPasswords {
  /** False also when nobody could be asked in time: whoever signs up does not wait for a service of others. */
  has(password: string): Promise<boolean>
}

/** As the API asks for: 20 bits, which hundreds of published passwords share. */
const prefixLength = 5
/** `<35 hex characters>:<count>`. Padding has the count 0. */
const row = /^([0-9A-F]{35}):(\d{1,12})$/i
/** Far more than a range has: an answer that goes on and on is cut off. */
const maxBytes = 2 ** 21

export function createBreachedPasswords(deps: {
  /** Ends in a slash; null: nobody is asked. */
  url: string | null
  log: Log
  timeoutMs?: number
}): BreachedPasswords {
  const { url, log, timeoutMs = seconds(1) } = deps

  async function findIn(range: string, password: string): Promise<boolean> {
    const hash = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase()
    const response = await fetch(new URL(hash.slice(0, prefixLength), range), {
      // Padded, so that an answer's length does not tell who asked for what.
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

/** Codes and names alone: a message might repeat what was asked. */
function reasonOf(fault: unknown): string {
  if (fault instanceof RangeFault) return fault.message
  if (!(fault instanceof Error)) return 'unknown'
  const { cause } = fault
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message.replaceAll(/\s/g, '_')
  return fault.name
}
