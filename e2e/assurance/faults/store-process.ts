// Runs a store in a process that can be killed, with the interface of a local one.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type AuditHead, type StoredRecord, StoreError, type StoreErrorCode, type Stores } from '#lib/stores/types.ts'
import { signalIfThere } from './signal.ts'
import type { Answer, Call, Fault, Said } from './store-child.ts'

/** The rejection of a call when the process ended without an answer: the result is unknown. */
export class Unanswered extends Error {
  readonly code = 'unanswered'
}

export interface StoreProcess {
  /** Forwards every call to the process. */
  stores: Stores
  pid: number
  /** Stops the process, which keeps everything open. */
  freeze(): void
  /** Sends SIGKILL. Resolves when it is gone and its output has been read. */
  kill(): Promise<void>
  ended: Promise<void>
}

export interface StartOptions {
  /** A command before node's, such as strace's. */
  under?: string[]
  env?: Record<string, string>
  nodeOptions?: string[]
}

const script = fileURLToPath(new URL('store-child.ts', import.meta.url))

/** Rejects with the StoreError of the process when the store does not open, and when the process dies before. */
export async function startStore(location: string, options: StartOptions = {}): Promise<StoreProcess> {
  const command = [...(options.under ?? []), process.execPath, ...(options.nodeOptions ?? []), script, location]
  const { PATH = '' } = process.env
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { PATH, NODE_ENV: 'production', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // Writing to a killed process; its calls are rejected below.
  child.stdin.on('error', () => {})
  let complaints = ''
  child.stderr.on('data', (text) => {
    complaints = (complaints + text).slice(-4000)
  })
  const waiting = new Map<number, { resolve(value: unknown): void; reject(cause: Error): void }>()
  const ended = once(child, 'close').then(() => {
    const end = `${child.signalCode ?? child.exitCode}`
    for (const { reject } of waiting.values()) reject(new Unanswered(`The process ended (${end}).\n${complaints}`))
    waiting.clear()
  })

  let pid = 0
  const opened = new Promise<string>((resolve, reject) => {
    ended.then(() => reject(new Unanswered(`The process ended before the store was open.\n${complaints}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = parse(line)
      if (said === null) return
      if ('id' in said) settle(said)
      else if ('pid' in said) pid = said.pid
      else if ('opened' in said) resolve(said.opened)
      else reject(errorOf(said))
    })
  })

  function settle(answer: Answer): void {
    const caller = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('fault' in answer) caller?.reject(errorOf(answer))
    else caller?.resolve(answer.value)
  }

  let calls = 0
  function call(of: Call['of'], method: string, args: unknown[]): Promise<unknown> {
    if (hasEnded(child)) return Promise.reject(new Unanswered('The process has ended.'))
    const id = calls++
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      child.stdin.write(`${JSON.stringify({ id, of, method, args } satisfies Call)}\n`)
    })
  }

  const description = await opened
  return {
    stores: remoteStores(description, call),
    pid,
    // The reported pid, because the spawned child may be strace.
    freeze: () => signalIfThere(pid, 'SIGSTOP'),
    async kill() {
      if (!hasEnded(child)) signalIfThere(pid, 'SIGKILL')
      await ended
    },
    ended,
  }
}

type RemoteCall = (of: Call['of'], method: string, args: unknown[]) => Promise<unknown>

function remoteStores(description: string, call: RemoteCall): Stores {
  const part = (of: Call['of']) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            call(of, String(method), args),
      },
    )
  return {
    description,
    // Each method returns what the remote one returns, as JSON.
    users: part('users') as Stores['users'],
    sessions: part('sessions') as Stores['sessions'],
    tokens: part('tokens') as Stores['tokens'],
    mails: part('mails') as Stores['mails'],
    audit: part('audit') as Stores['audit'],
    lockouts: part('lockouts') as Stores['lockouts'],
    credentialUses: part('credentialUses') as Stores['credentialUses'],
    // These store tokens, mails and lockouts.
    collections: {} as Stores['collections'],
    async *dump() {
      yield* (await call(null, 'dump', [])) as StoredRecord[]
    },
    async findAuditHead() {
      return (await call(null, 'findAuditHead', [])) as AuditHead | null
    },
    async replaceAll(records) {
      await call(null, 'replaceAll', [await Array.fromAsync(records)])
    },
    async checkReady() {
      await call(null, 'checkReady', [])
    },
    async close() {
      await call(null, 'close', [])
    },
  }
}

function errorOf({ fault: { code, message } }: Fault): Error {
  const isStores = code !== null && ['store_unavailable', 'store_damaged', 'store_locked'].includes(code)
  if (isStores) return new StoreError(code as StoreErrorCode, message)
  return new Error(`${code ?? 'a fault without a code'}: ${message}`)
}

/** Null for an unfinished line. */
function parse(line: string): Said | null {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
