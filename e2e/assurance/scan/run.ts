// `npm run scan`: installs missing tools or names them, then runs each scanner alone against the real built server, on
// loopback and with a time limit. Exits with 1 for a finding that docs/scan.md does not explain. --write updates the
// summary there; names of scanners run only these.
import { spawnSync } from 'node:child_process'
import { projectDir } from '#e2e/support/server-process.ts'
import { setup } from '#lib/stores/sql/postgres-setup-for-test.ts'
import { readExplanations, writeSummary } from './explanations.ts'
import type { Report } from './finding.ts'
import { guessPassword } from './guess-password.ts'
import { guessPaths } from './guess-paths.ts'
import { evaluateSite } from './kinds.ts'
import { runObservatory } from './observatory.ts'
import { settlePeople } from './people.ts'
import { withSite } from './site.ts'
import { runSlowClients } from './slow-clients.ts'
import { runControl, runSqlmap } from './sqlmap.ts'
import { asMarkdown } from './summary.ts'
import { provideTools } from './tools.ts'
import { walkSite } from './walk.ts'
import { runWapiti } from './wapiti.ts'

const started = performance.now()
const chosen = process.argv.slice(2).filter((option) => !option.startsWith('--'))
const explained = readExplanations()

/** Each of these once, the fastest first. */
const scanners: Record<string, (() => Promise<Report>)[]> = {
  crawl: [
    () =>
      withSite({}, async ({ server, proxy, faults }) => {
        const people = await settlePeople(server)
        proxy.reset()
        const report = await walkSite(server, people)
        return { ...report, requests: proxy.requests(), findings: [...report.findings, ...faults()] }
      }),
  ],
  csp: [() => withSite({}, async ({ server }) => evaluateSite(server, await settlePeople(server)))],
  observatory: [runObservatory],
  ffuf: [
    () => guessPassword(false),
    () => guessPassword(true),
    () => guessPaths('signed out'),
    () => guessPaths('member'),
  ],
  slowhttptest: [
    () => runSlowClients('slow headers'),
    () => runSlowClients('slow bodies'),
    () => runSlowClients('slow reading'),
  ],
  sqlmap: [
    runControl,
    () => runSqlmap('sqlite', ['log-in', 'sign-up', 'forgotten password', 'profile', 'search for people']),
    () => runSqlmap('postgres', ['log-in', 'search for people']),
  ],
  wapiti: [() => runWapiti('signed out'), () => runWapiti('member'), () => runWapiti('admin')],
}

const obstacle = provideTools(say)
if (obstacle !== null) {
  say(obstacle)
  process.exit(1)
}
const built = spawnSync(process.execPath, ['lib/server/build.ts'], { cwd: projectDir, stdio: 'inherit' })
if (built.status !== 0) process.exit(1)
const stopPostgres = await setup()

const reports: Report[] = []
for (const [name, parts] of Object.entries(scanners)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  for (const part of parts) reports.push(await scan(part))
}
await stopPostgres?.()

const findings = reports.flatMap((report) => report.findings)
const open = findings.filter(({ name }) => !explained.has(name))
const took = `${Math.round((performance.now() - started) / 1000)} s`
say(`\n${asMarkdown(reports, explained, took)}`)
const gone = [...explained].filter((name) => !findings.some((finding) => finding.name === name))
if (chosen.length === 0 && gone.length > 0)
  say(`\nExplained in docs/scan.md and not found any more: ${gone.join('; ')}.`)
if (process.argv.includes('--write')) writeSummary(asMarkdown(reports, explained, took))
say(
  open.length === 0
    ? '\nNothing was found that is not explained.'
    : `\nFound, and neither mended nor explained: ${open.length}.`,
)
process.exitCode = open.length === 0 ? 0 : 1

/** A failing scanner is a finding too; the others continue. */
async function scan(part: () => Promise<Report>): Promise<Report> {
  const began = performance.now()
  const report = await part().catch((error: unknown): Report => {
    const detail = error instanceof Error ? error.message : String(error)
    return {
      tool: 'a scanner',
      lookedAt: '',
      requests: 0,
      figures: 'failed',
      findings: [{ name: `scan: failed: ${detail.split('\n')[0]}`, detail }],
    }
  })
  say(`\n== ${report.tool}, ${Math.round((performance.now() - began) / 1000)} s: ${report.lookedAt}`)
  say(`   ${report.requests} requests; ${report.figures}`)
  for (const { name, detail } of report.findings)
    say(`   ${explained.has(name) ? 'explained' : 'FOUND'}: ${name} (${detail.slice(0, 300)})`)
  return report
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
