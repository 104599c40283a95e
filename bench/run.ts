// `npm run bench [-- <part> …] [-- --rounds <number>]`: what the site costs, against yardsticks measured in the same run.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { readAllCpu } from './load.ts'
import { compareLogIns } from './log-ins.ts'
import { comparePages } from './pages.ts'
import { say } from './report.ts'
import { buildSite, buildYardsticks, startSite } from './sites.ts'
import { measureStart } from './start.ts'
import { compareStores } from './stores.ts'

const parts = ['pages', 'log-ins', 'stores', 'start']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' } },
})
const unknown = positionals.filter((part) => !parts.includes(part))
const rounds = Number(values.rounds)
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  say(`Parts: ${parts.join(', ')}. --rounds takes a whole number.`)
  process.exit(2)
}
const isChosen = (part: string) => positionals.length === 0 || positionals.includes(part)

say(`${availableParallelism()} cores, Node ${process.version}`)
const before = readAllCpu()
buildSite()
const site = await startSite()
try {
  if (['pages', 'log-ins', 'stores'].some(isChosen)) await buildYardsticks(site)
  say()
  if (isChosen('pages')) await comparePages(site, rounds)
  if (isChosen('log-ins')) await compareLogIns(site, rounds)
} finally {
  await site.stop()
}
if (isChosen('stores')) await compareStores(rounds)
if (isChosen('start')) await measureStart(rounds)

const after = readAllCpu()
const others = after.used - before.used - (after.own - before.own)
say(`Other programs used ${((100 * others) / (after.all - before.all)).toFixed(0)} % of this machine’s CPU meanwhile`)
