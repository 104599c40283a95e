// The pages against the same markup in a bare Next app, and the profile page against better-auth on SQLite.
import { ask, measureInTurns, mediansOf, ratiosTo, readMemory, type Target, type Turns } from './load.ts'
import { tagsOf } from './markup.ts'
import { say, table } from './report.ts'
import { type PageName, pageNames, type Site, startBare, startBetterAuth } from './sites.ts'

const head = ['', '', 'requests/s', 'ratio', 'CPU ms', 'ratio', 'bytes', 'elements']

export async function comparePages(site: Site, rounds: number): Promise<void> {
  const bare = await startBare()
  const betterAuth = await startBetterAuth()
  const cached = await startBetterAuth({ cookieCache: true })
  try {
    const turns = { rounds: 10 * rounds, ms: 400, warmUpMs: 8000 }
    say(`Pages: ${turns.rounds} rounds of ${turns.ms} ms in turns, medians; ratios to bare Next, higher is better`)
    // First, so that all four had the same load.
    const all = { 'bare Next': bare, Gatehouse: site, 'better-auth': betterAuth, 'better-auth, cookie cache': cached }
    const rows = [head, ...(await compare('profile', all, turns))]
    const memory = Object.entries(all).map(([who, { pid }]) => [who, readMemory(pid).toFixed(0)])
    for (const name of pageNames.filter((name) => name !== 'profile')) {
      rows.push(...(await compare(name, { 'bare Next': bare, Gatehouse: site }, turns)))
    }
    table(rows)
    say('Resident memory after the load of the profile page')
    table([['', 'MB'], ...memory])
  } finally {
    await Promise.all([bare.stop(), betterAuth.stop(), cached.stop()])
  }
}

async function compare(name: PageName, sites: Record<string, Pick<Site, 'page'>>, turns: Turns): Promise<string[][]> {
  const targets = Object.fromEntries(Object.entries(sites).map(([who, { page }]) => [who, page(name)]))
  const rates = await measureInTurns(targets, turns)
  const answers = await answersOf(targets)
  return [...answers].map(([who, html]) => {
    const { perSecond, cpuMs } = mediansOf(rates[who])
    const ratios = ratiosTo(rates['bare Next'], rates[who])
    return [
      name,
      who,
      perSecond.toFixed(0),
      ratios.perSecond.toFixed(2),
      cpuMs.toFixed(2),
      ratios.cpuMs.toFixed(2),
      String(Buffer.byteLength(html)),
      compareTags(answers.get('bare Next') ?? '', html),
    ]
  })
}

async function answersOf(targets: Record<string, Target>): Promise<Map<string, string>> {
  const answers = new Map<string, string>()
  for (const [who, target] of Object.entries(targets)) answers.set(who, (await ask(target)).text)
  return answers
}

/** The number of elements, and where they first differ from the bare page's. */
function compareTags(bare: string, html: string): string {
  const [expected, found] = [tagsOf(bare), tagsOf(html)]
  const longer = found.length > expected.length ? found : expected
  const at = longer.findIndex((_, index) => found[index] !== expected[index])
  if (at === -1) return String(found.length)
  process.exitCode = 1
  return `${found.length}, not ${expected.length}: ${found[at]} for ${expected[at]} at ${at}`
}
