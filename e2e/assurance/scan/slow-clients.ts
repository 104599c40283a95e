// slowhttptest: hundreds of connections that send or read as slowly as possible, while two visitors use the site.
import { setTimeout as delay } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { Client } from '#e2e/support/client.ts'
import { readPage } from '#e2e/support/page-markup.ts'
import { type Finding, merge, type Report } from './finding.ts'
import { settlePeople, visitor } from './people.ts'
import { withSite } from './site.ts'
import { runTool } from './tools.ts'

const connections = 400
const seconds = 25
const pauseMs = 100
/** The visitors' maximum wait for a page, in 99 of 100 cases. */
const slowestMs = 1000

interface Attack {
  options: string[]
  /** What is requested: a page, or the longest script of a page, which exceeds every buffer on the way. */
  target: 'page' | 'script'
}

const attacks: Record<'slow headers' | 'slow bodies' | 'slow reading', Attack> = {
  'slow headers': { options: ['-H', '-i', '5', '-t', 'GET'], target: 'page' },
  'slow bodies': {
    options: ['-B', '-i', '5', '-s', '8192', '-f', 'multipart/form-data; boundary=slow'],
    target: 'page',
  },
  'slow reading': { options: ['-X', '-w', '1', '-y', '64', '-n', '5', '-z', '8'], target: 'script' },
}

export function runSlowClients(attack: keyof typeof attacks): Promise<Report> {
  return withSite({ limits: true, proxied: true }, async ({ server, faults }) => {
    const { member } = await settlePeople(server)
    // Connect to the server directly; the proxy would otherwise take the connections.
    const origin = server.address
    const signedIn = (await visitor(server, member)()).copy(origin)
    const outsider = new Client(server.url, origin)
    const before = await probe(outsider, signedIn, () => false, 20)
    const { options, target } = attacks[attack]
    const path = target === 'page' ? '/login' : await findLongestScript(outsider)
    const args = [
      '-c',
      String(connections),
      '-r',
      '50',
      '-l',
      String(seconds),
      '-p',
      '5',
      '-v',
      '1',
      '-u',
      `${origin}${path}`,
    ]
    let isOver = false
    const attacking = runTool(`slowhttptest ${attack}`, 'slowhttptest', [...options, ...args], {
      withinMs: (seconds + 20) * 1000,
    }).finally(() => {
      isOver = true
    })
    const during = await probe(outsider, signedIn, () => isOver, Number.POSITIVE_INFINITY)
    const output = stripVTControlCharacters((await attacking).output)
    const opened = Math.max(0, ...[...output.matchAll(/connected:\s+(\d+)/g)].map(([, count]) => Number(count)))
    const findings: Finding[] = []
    if (during.failed > 0)
      findings.push({ name: `slowhttptest, ${attack}: pages fail`, detail: `${during.failed} times` })
    if (during.at(0.99) > slowestMs) {
      findings.push({ name: `slowhttptest, ${attack}: pages are slow`, detail: `p99 ${during.at(0.99)} ms` })
    }
    if (/service available:\s+NO/.test(output)) {
      findings.push({
        name: `slowhttptest, ${attack}: its own probe got no answer`,
        detail: `see slowhttptest ${attack}.txt`,
      })
    }
    if (opened < connections / 2) {
      findings.push({ name: `slowhttptest, ${attack}: too few connections to mean anything`, detail: `${opened}` })
    }
    return {
      tool: `slowhttptest, ${attack}`,
      lookedAt: `${connections} connections for ${seconds} s, at most ${opened} open at once`,
      requests: connections,
      figures: `/login and a member’s page: ${during.count} answers, p50 ${during.at(0.5)} ms, p99 ${during.at(0.99)} ms (before: ${before.at(0.5)}, ${before.at(0.99)} ms), ${during.failed} failed`,
      findings: merge([...findings, ...faults()]),
    }
  })
}

async function findLongestScript(client: Client): Promise<string> {
  const { files } = readPage((await client.open('/login')).text)
  const scripts = files.filter((file) => file.endsWith('.js'))
  const sized = await Promise.all(
    scripts.map(async (file) => ({ file, length: (await client.open(file)).text.length })),
  )
  return sized.toSorted((one, other) => other.length - one.length)[0]?.file ?? '/login'
}

interface Probe {
  count: number
  failed: number
  /** The time in whole milliseconds within which this share was answered. */
  at(share: number): number
}

/** Opens both pages in turn on new connections, until the attack is over or often enough. */
async function probe(outsider: Client, signedIn: Client, isOver: () => boolean, most: number): Promise<Probe> {
  const times: number[] = []
  let failed = 0
  for (let round = 0; round < most && !isOver(); round += 1) {
    const [client, path] = round % 2 === 0 ? [outsider, '/login'] : [signedIn, '/profile']
    const began = performance.now()
    const status = await client.open(path).then(
      (answer) => answer.status,
      () => 0,
    )
    times.push(performance.now() - began)
    if (status !== 200) failed += 1
    await delay(pauseMs)
  }
  const sorted = times.toSorted((one, other) => one - other)
  return {
    count: times.length,
    failed,
    at: (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0),
  }
}
