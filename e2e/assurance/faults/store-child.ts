// A process that opens the store named on its command line and executes its parent's requests line by line, until told
// to close or killed. store-process.ts is the parent's side.
import { createInterface } from 'node:readline'
import { openStores } from '#lib/stores/open.ts'
import type { StoredRecord, Stores } from '#lib/stores/types.ts'
import { parseLocation } from './location.ts'

/** `of` is a part of the stores, or null for the stores themselves. */
export interface Call {
  id: number
  of: 'users' | 'sessions' | 'tokens' | 'mails' | 'lockouts' | 'credentialUses' | 'audit' | null
  method: string
  args: unknown[]
}

/** The messages of this process, one a line; the first is `pid`, the second `opened` or `fault`. */
export type Said = { pid: number } | { opened: string } | Fault | Answer
export interface Fault {
  fault: { code: string | null; message: string }
}
export type Answer = { id: number } & ({ value: unknown } | Fault)

// A pipe is written synchronously, so an answer that was read proves that the work was done.
const say = (said: Said) => process.stdout.write(`${JSON.stringify(said)}\n`)
// Answers contain all errors for the parent; the driver's own log goes to stderr.
const write = (_fields: object, message: string) => process.stderr.write(`${message}\n`)
const log = { info: write, warn: write, error: write }

say({ pid: process.pid })
try {
  const stores = await openStores(parseLocation(process.argv[2]), {
    takeOver: () => ({ users: [], refused: [], notes: [] }),
    poolSize: 10,
    log,
  })
  say({ opened: stores.description })
  createInterface({ input: process.stdin }).on('line', (line) => void answer(stores, JSON.parse(line)))
} catch (cause) {
  say(faultOf(cause))
  process.exitCode = 1
}

async function answer(stores: Stores, { id, of, method, args }: Call): Promise<void> {
  try {
    say({ id, value: await carryOut(stores, of, method, args) })
    if (of === null && method === 'close') process.exit(0)
  } catch (cause) {
    say({ id, ...faultOf(cause) })
  }
}

async function carryOut(stores: Stores, of: Call['of'], method: string, args: unknown[]): Promise<unknown> {
  if (of === null && method === 'dump') return Array.fromAsync(stores.dump())
  if (of === null && method === 'replaceAll') return stores.replaceAll(each(args[0] as StoredRecord[]))
  const target = of === null ? stores : stores[of]
  const called: unknown = Reflect.get(target, method)
  if (typeof called !== 'function') throw new Error(`A store has no ${of ?? ''} ${method}`)
  return Reflect.apply(called, target, args)
}

async function* each(records: StoredRecord[]): AsyncGenerator<StoredRecord> {
  yield* records
}

function faultOf(cause: unknown): Fault {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  return { fault: { code, message: cause instanceof Error ? cause.message : String(cause) } }
}
