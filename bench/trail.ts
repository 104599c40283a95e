// `npm run bench:trail [-- <megabytes> …]`: the cost of a long audit trail in the JSON store, with a separate process
// per size: start, show and count entries, append one, shorten old ones and dump all.
import { fork } from 'node:child_process'
import { mkdtemp, open as openFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chained, noHead } from '#lib/stores/audit-chain.ts'
import { anEntry } from '#lib/stores/contract/samples.ts'
import { openStores } from '#lib/stores/open.ts'
import type { AuditHead, Stores } from '#lib/stores/types.ts'

const started = Date.UTC(2026, 0, 1)
const everyMs = 30_000
const events = ['session.started', 'session.ended', 'login.failed', 'profile.changed', 'account.exported']
const people = 500

const task = process.env.TRAIL_FOLDER
if (task === undefined) await measureSizes(process.argv.slice(2).map(Number))
else process.send?.(await measure(task).catch((error: Error) => ({ 'start-up': `fails: ${error.message}` })))

type Figures = Record<string, string>

async function measureSizes(given: number[]): Promise<void> {
  const sizes = given.length > 0 ? given : [10, 300, 600]
  const columns: Figures[] = []
  for (const size of sizes) {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'))
    await (await open(folder)).close()
    const entries = await fill(folder, size * 1_000_000)
    columns.push({ trail: `${size} MB`, entries: String(entries), ...(await inProcess(folder)) })
    await rm(folder, { recursive: true })
  }
  for (const name of new Set(columns.flatMap((column) => Object.keys(column)))) {
    const cells = columns.map((column) => (column[name] ?? '').padStart(14))
    process.stdout.write(`${name.padEnd(48)}${cells.join('')}\n`)
  }
}

function open(folder: string): Promise<Stores> {
  const takeOver = () => ({ users: [], refused: [], notes: [] })
  return openStores(
    { driver: 'json', dir: folder },
    { takeOver, poolSize: 1, log: { info() {}, warn() {}, error() {} } },
  )
}

async function fill(folder: string, bytes: number): Promise<number> {
  const file = await openFile(path.join(folder, 'audit.jsonl'), 'w', 0o600)
  let head: AuditHead = noHead
  for (let written = 0; written < bytes; ) {
    let lines = ''
    for (let n = 0; n < 1_000; n++) {
      const [actorId, event] = [`person-${head.seq % people}`, events[head.seq % events.length] ?? '']
      const entry = anEntry({ at: started + head.seq * everyMs, event, actorId, subjectId: actorId })
      const record = chained(head, { ...entry, addressHash: head.id })
      lines += `${JSON.stringify(record)}\n`
      head = record
    }
    await file.write(lines)
    written += lines.length
  }
  await file.close()
  return head.seq
}

function inProcess(folder: string): Promise<Figures> {
  const child = fork(import.meta.filename, { execArgv: ['--expose-gc'], env: { ...process.env, TRAIL_FOLDER: folder } })
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as Figures))
    child.once('exit', (code) => resolve({ 'start-up': `dies with ${code}` }))
    child.once('error', reject)
  })
}

async function measure(folder: string): Promise<Figures> {
  const figures: Figures = {}
  const timed = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    const began = performance.now()
    const value = await work()
    figures[name] = `${(performance.now() - began).toFixed(performance.now() - began < 100 ? 1 : 0)} ms`
    return value
  }
  const memory = (name: string) => {
    globalThis.gc?.()
    figures[name] = `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`
  }
  memory('memory before')
  const stores = await timed('start-up', () => open(folder))
  figures['most memory while it starts'] = `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`
  memory('memory after start-up')
  const { audit } = stores
  const any = { event: null, outcome: null, personId: null, since: null, until: null, before: null }
  await timed('newest 50', () => audit.list({ ...any, limit: 50 }))
  await timed('newest 50 of one person', () => audit.list({ ...any, personId: 'person-7', limit: 50 }))
  await timed('50 of an event that was never', () => audit.list({ ...any, event: 'none', limit: 50 }))
  await timed('one that is not older than the middle', () => audit.findFirst(started + 10_000 * everyMs))
  await timed('count of all', () => audit.count(events, started, 86_400_000))
  await timed('one more, durable', () => audit.append(anEntry({ at: Date.now() })))
  await timed('dump', async () => {
    for await (const _ of stores.dump());
  })
  await timed('10,000 addresses forgotten', () => audit.forgetAddresses(started + 10_000 * everyMs))
  await timed('10,000 entries dropped', () => audit.dropBefore(10_001))
  memory('memory in the end')
  figures['most memory at any time'] = `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`
  await stores.close()
  return figures
}
