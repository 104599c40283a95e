// Moves the clock of a server under test. Loaded only by the tests with `node --import`. The URL has the offset at
// start (?offset=<ms>); later ones come over the IPC channel.
import { isMainThread } from 'node:worker_threads'

export interface TimeMove {
  offsetMs: number
}

const wallNow = Date.now.bind(Date)
let offsetMs = Number(new URL(import.meta.url).searchParams.get('offset') ?? 0)
const movedNow = () => wallNow() + offsetMs

const RealDate = Date
RealDate.now = movedNow
globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(movedNow()).toString(),
  construct: (target, parts, newTarget) =>
    Reflect.construct(target, parts.length === 0 ? [movedNow()] : parts, newTarget),
})

// A forked child, for example a build, keeps the real time.
const own = process.execArgv.indexOf(import.meta.url)
if (own > 0) process.execArgv.splice(own - 1, 2)

if (isMainThread && process.channel) {
  process.on('message', (move: TimeMove) => {
    offsetMs = move.offsetMs
    process.send?.(move)
  })
  // Exit with the harness, and do not keep the process alive for the channel.
  process.on('disconnect', () => process.exit(1))
  process.channel.unref()
}
