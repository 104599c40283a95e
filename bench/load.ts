// A load generator with keep-alive connections, each sending its next request after each answer.
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { type Answer, type Request, send } from '#e2e/support/http.ts'

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

/** The rate over this time. */
export async function measure(target: Target, ms: number): Promise<Rate> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const cpuBefore = readCpuMs(target.pid)
  const started = performance.now()
  let answered = 0
  const keepAsking = async () => {
    while (performance.now() - started < ms) {
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
  measureOne?: typeof measure
}

/** Warms each up, then measures them in turns, in alternating order, so that a slow minute affects all. */
export async function measureInTurns<Name extends string>(
  targets: Record<Name, Target>,
  { rounds, ms, warmUpMs, measureOne = measure }: Turns,
): Promise<Record<Name, Rate[]>> {
  const names = Object.keys(targets) as Name[]
  const rates = Object.fromEntries(names.map((name) => [name, [] as Rate[]])) as Record<Name, Rate[]>
  for (const name of names) await measure(targets[name], warmUpMs)
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      rates[name].push(await measureOne(targets[name], ms))
    }
  }
  return rates
}

/** From Linux's /proc, in hundredths of a second. */
function readCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** The resident memory of a process, in MB. */
export function readMemory(pid: number): number {
  const [, kilobytes = 'NaN'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
