// `npm run bench:client`: what each page sends to a browser, and its Lighthouse scores, beside an empty and a bare Next app.
// `npm run bench:client -- login home` measures these pages only; `--runs=1` replaces the median of three.
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { findChromium } from '#e2e/support/find-chromium.ts'
import { startPages } from './client-pages.ts'
import { scorePage } from './lighthouse.ts'
import { type Sent, weighPage } from './weight.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, bytes: { type: 'boolean', default: false } },
})
const executablePath = findChromium()?.executable ?? chromium.executablePath()
const { pages, close } = await startPages(say)
try {
  const wanted = pages.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  await printBytes()
  if (!values.bytes) await printScores()

  async function printBytes(): Promise<void> {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    const kinds = ['html', 'script', 'css', 'font'] as const
    const empty = pages.find(({ name }) => name === 'empty')
    const floor = empty && (await weighPage(browser, await empty.open()))
    say('\nBytes on the first visit, Brotli/gzip. Own script: beyond the empty page.')
    say(row('page', [...kinds, 'own script', 'requests']))
    for (const { name, open } of wanted) {
      const { bytes, requests } = await weighPage(browser, await open())
      const own = floor && {
        br: bytes.script.br - floor.bytes.script.br,
        gzip: bytes.script.gzip - floor.bytes.script.gzip,
      }
      say(row(name, [...kinds.map((kind) => both(bytes[kind])), own ? both(own) : '', String(requests)]))
    }
    await browser.close()
  }

  async function printScores(): Promise<void> {
    say(`\nLighthouse, phone profile, median of ${values.runs}`)
    say(row('page', ['performance', 'accessibility', 'practices', 'seo', 'FCP', 'LCP', 'TBT', 'CLS']))
    for (const { name, open } of wanted) {
      const { scores, vitals, failed } = await scorePage(open, executablePath, Number(values.runs))
      say(row(name, [...scores, ...vitals].map(String)))
      for (const line of failed) say(`    ${line}`)
    }
  }
} finally {
  await close()
}

function both({ br, gzip }: Sent): string {
  return `${br}/${gzip}`
}

function row(name: string, cells: readonly string[]): string {
  return [name.padEnd(12), ...cells.map((cell) => cell.padStart(15))].join('')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
