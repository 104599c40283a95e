// Log-ins a second against this machine's argon2id limit and against better-auth, while somebody reads pages.
import { setTimeout as delay } from 'node:timers/promises'
import { hash, verify } from '@node-rs/argon2'
import { ask, inTurns, measure, type Rate, type Target } from './load.ts'
import { median, quantile, say, table } from './report.ts'
import { type Site, startBetterAuth } from './sites.ts'

/** Log-ins alone, and then with pages. */
const [aloneMs, withPagesMs] = [2000, 3000]
/** The site's parameters, and how many it hashes at a time. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const atOnce = 2
const readEveryMs = 50

export async function compareLogIns(site: Site, rounds: number): Promise<void> {
  const argon2id = await startBetterAuth()
  const scrypt = await startBetterAuth({ hash: 'scrypt' })
  const sites = { Gatehouse: site, 'better-auth, argon2id': argon2id, 'better-auth, its own scrypt': scrypt }
  try {
    say(`Log-ins: ${rounds} rounds in turns, medians; no rate limits; pages are one profile every ${readEveryMs} ms`)
    for (const { logIn } of Object.values(sites)) await measure(logIn, aloneMs)
    const hashes = `argon2id alone, ${atOnce} at a time`
    const figures = await inTurns({ [hashes]: null, ...sites }, rounds, measureOne)
    const limit = median(perSecond(figures[hashes], 'alone'))
    const rows = Object.entries(figures).map(([who, found]) => {
      const isOther = who.includes('scrypt')
      const share = (rate: number) => [rate.toFixed(1), isOther ? '' : (rate / limit).toFixed(2)]
      if (who === hashes) return [who, ...share(limit)]
      const took = found.flatMap(({ pages }) => pages)
      return [
        who,
        ...share(median(perSecond(found, 'alone'))),
        median(found.map(({ alone }) => alone.cpuMs)).toFixed(1),
        ...share(median(perSecond(found, 'withPages'))),
        ...[0.5, 0.99].map((at) => quantile(took, at).toFixed(0)),
      ]
    })
    table([['', 'log-ins/s', 'of limit', 'CPU ms', 'with pages', 'of limit', 'page p50 ms', 'p99'], ...rows])
  } finally {
    await Promise.all([argon2id.stop(), scrypt.stop()])
  }
}

interface Figures {
  alone: Rate
  withPages: Rate
  /** How long each page took, in milliseconds. */
  pages: number[]
}

async function measureOne(site: Site | null): Promise<Figures> {
  if (site === null) {
    const alone = await hashesPerSecond(aloneMs)
    return { alone, withPages: alone, pages: [] }
  }
  const alone = await measure(site.logIn, aloneMs)
  const [withPages, pages] = await Promise.all([
    measure(site.logIn, withPagesMs),
    readPages(site.page('profile'), withPagesMs),
  ])
  return { alone, withPages, pages }
}

function perSecond(figures: Figures[] = [], kind: 'alone' | 'withPages'): number[] {
  return figures.map((figure) => figure[kind].perSecond)
}

async function hashesPerSecond(ms: number): Promise<Rate> {
  const stored = await hash('Lantern 7 over the quay', parameters)
  const began = performance.now()
  let count = 0
  const keepHashing = async () => {
    for (; performance.now() - began < ms; count++) await verify(stored, 'Lantern 7 over the quay')
  }
  await Promise.all(Array.from({ length: atOnce }, keepHashing))
  const took = performance.now() - began
  return { perSecond: (count / took) * 1000, cpuMs: (atOnce * took) / count }
}

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
