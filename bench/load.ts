// A load generator with keep-alive connections, each sending its next request after each answer.
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { type Answer, type Request, send } from '#e2e/support/http.ts'
import { median } from './report.ts'

export interface Target {
  url: string
  /** The server's process id. */
  pid: number
  /** The next request. */
  request: () => Request
  /** Whether the answer is right, or the run fails. */
  accepts: (answer: Answer) => boolean
}

export interface Rate {
  perSecond: number
  /** User and system time of all threads of the server per request, which depends less on other load. */
  cpuMs: number
}

const connections = 8
/** Before these a server still compiles its own code. */
const warmUpRequests = 500

/** The rate over this time, and on a slow machine until `least` answers or four times as long. */
export async function measure(target: Target, ms: number, least = 0): Promise<Rate> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const cpuBefore = readCpuMs(target.pid)
  const started = performance.now()
  let answered = 0
  const isOver = () => {
    const elapsed = performance.now() - started
    return elapsed >= ms && (answered >= least || elapsed >= 4 * ms)
  }
  const keepAsking = async () => {
    while (!isOver()) {
      await ask(target, agent)
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, keepAsking))
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  return { perSecond: answered / seconds, cpuMs: (readCpuMs(target.pid) - cpuBefore) / answered }
}

export async function ask({ url, request, accepts }: Target, agent?: Agent): Promise<Answer> {
  const asked = request()
  const answer = await send(url, { ...asked, agent })
  if (accepts(answer)) return answer
  throw new Error(`${url}${asked.path} answered ${answer.status}:\n${answer.text.slice(0, 500)}`)
}

export interface Turns {
  rounds: number
  ms: number
  warmUpMs: number
}

/** The rates of each target, by name, after a warm-up. */
export async function measureInTurns(
  targets: Record<string, Target>,
  { rounds, ms, warmUpMs }: Turns,
): Promise<Record<string, Rate[]>> {
  for (const target of Object.values(targets)) await measure(target, warmUpMs, warmUpRequests)
  return inTurns(targets, rounds, (target) => measure(target, ms))
}

/** What `work` returns for each subject in each round. The order alternates, so that a slow minute affects all. */
export async function inTurns<Subject, Figure>(
  subjects: Record<string, Subject>,
  rounds: number,
  work: (subject: Subject) => Promise<Figure>,
): Promise<Record<string, Figure[]>> {
  const entries = Object.entries(subjects).map(([name, subject]) => ({ name, subject, figures: [] as Figure[] }))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? entries : entries.toReversed()
    for (const { subject, figures } of order) figures.push(await work(subject))
  }
  return Object.fromEntries(entries.map(({ name, figures }) => [name, figures]))
}

export function mediansOf(rates: Rate[] = []): Rate {
  return {
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    cpuMs: median(rates.map(({ cpuMs }) => cpuMs)),
  }
}

/** Medians of the ratios to `base` in the same round: a slow second affects both. Higher is better for both. */
export function ratiosTo(base: Rate[] = [], rates: Rate[] = []): Rate {
  const pairs = rates.flatMap((rate, round) => {
    const other = base[round]
    return other === undefined ? [] : [{ rate, other }]
  })
  return {
    perSecond: median(pairs.map(({ rate, other }) => rate.perSecond / other.perSecond)),
    cpuMs: median(pairs.map(({ rate, other }) => other.cpuMs / rate.cpuMs)),
  }
}

/** User and system time of a process, from Linux's /proc in hundredths of a second. */
export function readCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** The resident memory of a process, in MB. */
export function readMemory(pid: number): number {
  const [, kilobytes = 'NaN'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** What all programs of this machine used of its CPU so far, and this process with its ended children, in ms. */
export function readAllCpu(): { all: number; used: number; own: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, ...others] = line
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map(Number)
  const used = user + nice + system + others.reduce((sum, ticks) => sum + ticks, 0)
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0)
  return { all: (used + idle + waiting) * 10, used: used * 10, own: own * 10 }
}
