// Lighthouse with its phone profile. Its 170 MB are apart from the site's dependencies, in bench/lighthouse, and installed
// at the first use.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Opened } from './client-pages.ts'

const folder = path.join(import.meta.dirname, 'lighthouse')
const cli = path.join(folder, 'node_modules/lighthouse/cli/index.js')
const categories = ['performance', 'accessibility', 'best-practices', 'seo']
const vitals = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift']

interface Report {
  runtimeError?: { message: string }
  finalDisplayedUrl: string
  categories: Record<string, { score: number; auditRefs: { id: string }[] }>
  audits: Record<string, { score: number | null; title: string; displayValue?: string; numericValue: number }>
}

/** `open` is called before each run, so that the log-in is as recent each time. */
export async function scorePage(open: () => Promise<Opened>, chromium: string, runs: number) {
  if (!existsSync(cli)) install()
  const reports: Report[] = []
  for (let run = 0; run < runs; run++) reports.push(await runOnce(await open(), chromium))
  return {
    scores: categories.map((category) =>
      median(reports.map((report) => 100 * (report.categories[category]?.score ?? 0))),
    ),
    vitals: vitals.map((vital) => median(reports.map((report) => report.audits[vital]?.numericValue ?? Number.NaN))),
    failed: [...new Set(reports.flatMap(failedAudits))],
  }
}

async function runOnce({ url, headers }: Opened, chromium: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      cli,
      url,
      '--quiet',
      '--output=json',
      `--only-categories=${categories}`,
      `--extra-headers=${JSON.stringify(headers)}`,
      '--chrome-flags=--headless=new --no-sandbox',
    ],
    { env: { ...process.env, CHROME_PATH: chromium }, maxBuffer: 1e8 },
  )
  const report: Report = JSON.parse(stdout)
  if (report.runtimeError) throw new Error(`${url}: ${report.runtimeError.message}`)
  if (report.finalDisplayedUrl !== url) throw new Error(`${url} led to ${report.finalDisplayedUrl}`)
  return report
}

/** What costs points outside performance. */
function failedAudits({ categories: found, audits }: Report): string[] {
  return Object.entries(found)
    .filter(([category]) => category !== 'performance')
    .flatMap(([category, { auditRefs }]) => auditRefs.map(({ id }) => ({ category, id, audit: audits[id] })))
    .filter(({ audit }) => audit?.score === 0)
    .map(({ category, id, audit }) => `${category}: ${id} (${audit?.title})`)
}

function install(): void {
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('Lighthouse was not installed; the reason is above')
}

function median(figures: number[]): number {
  const middle = figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
  return Number(middle.toPrecision(3))
}
