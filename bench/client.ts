// `npm run bench:client`: what each page sends to a browser and costs there, and its Lighthouse scores, beside an empty
// and a bare Next app. `npm run bench:client -- login home` measures these pages only; `--runs=1` replaces the median of
// three, `--without-lighthouse` leaves the scores out.
import { parseArgs } from 'node:util'
import { type Browser, chromium } from '@playwright/test'
import { findChromium } from '#e2e/support/find-chromium.ts'
import { type MeasuredPage, startPages } from './client-pages.ts'
import { scorePage } from './lighthouse.ts'
import { measureMainThread } from './main-thread.ts'
import { visitSlowly } from './slow-line.ts'
import { type Sent, weighPage } from './weight.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, 'without-lighthouse': { type: 'boolean', default: false } },
})
const runs = Number(values.runs)
const executablePath = findChromium()?.executable ?? chromium.executablePath()
const launch = () => chromium.launch({ executablePath, args: ['--no-sandbox'] })
const kinds = ['html', 'script', 'css', 'font'] as const

const { pages, close } = await startPages(say)
try {
  const wanted = pages.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  const browser = await launch()
  await printBytes(browser, wanted)
  await browser.close()
  await printTimes(wanted)
  if (!values['without-lighthouse']) await printScores(wanted)
} finally {
  await close()
}

async function printBytes(browser: Browser, wanted: MeasuredPage[]): Promise<void> {
  say('\nBytes on the first visit, Brotli/gzip. Own script: what the empty page does not have.')
  say(row('page', [...kinds, 'own script', 'requests']))
  const empty = pages.find(({ name }) => name === 'empty') as MeasuredPage
  const { bytes: floor } = await weighPage(browser, await empty.open())
  for (const { name, open } of wanted) {
    const { bytes, requests } = await weighPage(browser, await open())
    const own = { br: bytes.script.br - floor.script.br, gzip: bytes.script.gzip - floor.script.gzip }
    say(row(name, [...kinds.map((kind) => both(bytes[kind])), both(own), String(requests)]))
  }
}

async function printTimes(wanted: MeasuredPage[]): Promise<void> {
  say('\nAt 400 kbit/s: seconds until painted, and until all scripts are there.')
  say(
    'The main thread of a phone: CPU time in ms until the page rests, and of it what blocks input (tasks beyond 50 ms).',
  )
  say(row('page', ['painted', 'scripts', 'main thread', 'blocking']))
  for (const { name, open } of wanted) {
    const visits: Record<'painted' | 'loaded' | 'busyMs' | 'blockingMs', number>[] = []
    for (let run = 0; run < runs; run++) {
      // A new browser has compiled nothing yet.
      const browser = await launch()
      visits.push({
        ...(await measureMainThread(browser, await open())),
        ...(await visitSlowly(browser, await open())),
      })
      await browser.close()
    }
    const [painted, loaded, busy, blocking] = (['painted', 'loaded', 'busyMs', 'blockingMs'] as const).map((figure) =>
      median(visits.map((visit) => visit[figure])),
    )
    say(row(name, [inSeconds(painted), inSeconds(loaded), Number(busy).toFixed(0), Number(blocking).toFixed(0)]))
  }
}

async function printScores(wanted: MeasuredPage[]): Promise<void> {
  say(`\nLighthouse, phone profile, median of ${runs}`)
  say(row('page', ['performance', 'accessibility', 'practices', 'seo', 'FCP', 'LCP', 'TBT', 'CLS']))
  for (const { name, open } of wanted) {
    const { scores, vitals, failed } = await scorePage(open, executablePath, runs)
    say(row(name, [...scores, ...vitals].map(String)))
    for (const line of failed) say(`    ${line}`)
  }
}

function median(figures: number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

function both({ br, gzip }: Sent): string {
  return `${br}/${gzip}`
}

function inSeconds(ms: number | undefined): string {
  return (Number(ms) / 1000).toFixed(1)
}

function row(name: string, cells: readonly string[]): string {
  return [name.padEnd(12), ...cells.map((cell) => cell.padStart(15))].join('')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
