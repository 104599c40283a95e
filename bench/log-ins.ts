// Log-ins a second against this machine's argon2id limit and against better-auth, while somebody reads pages.
import { setTimeout as delay } from 'node:timers/promises'
import { hash, verify } from '@node-rs/argon2'
import { ask, measure, measureInTurns, type Target } from './load.ts'
import { mediansOf } from './pages.ts'
import { median, quantile, say, table } from './report.ts'
import { type Site, startBetterAuth } from './sites.ts'

const ms = 3000
/** The site's parameters, and how many it hashes at a time. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const atOnce = 2
const readEveryMs = 50

export async function compareLogIns(site: Site, rounds: number): Promise<void> {
  const argon2id = await startBetterAuth()
  const scrypt = await startBetterAuth({ hash: 'scrypt' })
  const sites: Record<string, Site> = {
    Gatehouse: site,
    'better-auth, argon2id': argon2id,
    'better-auth, its own scrypt': scrypt,
  }
  try {
    say(
      `Log-ins: ${rounds} rounds of ${ms / 1000} s each in turns, medians; a page every ${readEveryMs} ms meanwhile; no rate limits`,
    )
    const limits: number[] = []
    const latencies = Object.fromEntries(Object.keys(sites).map((who) => [who, [] as number[]]))
    const pageOf = new Map(Object.values(sites).map((one) => [one.logIn, one.page('profile')]))
    const nameOf = new Map(Object.entries(sites).map(([who, one]) => [one.logIn, who]))
    const targets = Object.fromEntries(Object.entries(sites).map(([who, { logIn }]) => [who, logIn]))
    const rates = await measureInTurns(targets, {
      rounds,
      ms,
      warmUpMs: ms,
      async measureOne(target, ms) {
        if (target === site.logIn) limits.push(await hashesPerSecond(ms))
        const page = pageOf.get(target)
        const [rate, took] = await Promise.all([measure(target, ms), page ? readPages(page, ms) : []])
        latencies[nameOf.get(target) ?? '']?.push(...took)
        return rate
      },
    })
    const limit = median(limits)
    const rows = [
      ['', 'log-ins/s', 'of the limit', 'CPU ms', 'page p50 ms', 'page p99 ms'],
      [`argon2id alone, ${atOnce} at a time`, limit.toFixed(1), '1', '', '', ''],
    ]
    for (const [who, took] of Object.entries(latencies)) {
      const { perSecond, cpuMs } = mediansOf(rates[who] ?? [])
      const share = who.includes('scrypt') ? '' : (perSecond / limit).toFixed(2)
      rows.push([
        who,
        perSecond.toFixed(1),
        share,
        cpuMs.toFixed(1),
        quantile(took, 0.5).toFixed(0),
        quantile(took, 0.99).toFixed(0),
      ])
    }
    table(rows)
  } finally {
    await Promise.all([argon2id.stop(), scrypt.stop()])
  }
}

async function hashesPerSecond(ms: number): Promise<number> {
  const stored = await hash('Lantern 7 over the quay', parameters)
  const began = performance.now()
  let count = 0
  const keepHashing = async () => {
    for (; performance.now() - began < ms; count++) await verify(stored, 'Lantern 7 over the quay')
  }
  await Promise.all(Array.from({ length: atOnce }, keepHashing))
  return (count / (performance.now() - began)) * 1000
}

/** How long each page took, in milliseconds. */
async function readPages(page: Target, ms: number): Promise<number[]> {
  const asked: Promise<number>[] = []
  const until = performance.now() + ms
  while (performance.now() < until) {
    const began = performance.now()
    asked.push(ask(page).then(() => performance.now() - began))
    await delay(readEveryMs)
  }
  return Promise.all(asked)
}
