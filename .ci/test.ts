// `npm test`: the checks for every change, the cheapest first, with each runner's figures at the end. `npm run
// test:all` adds everything long or exhaustive: long unit tests, faults, fuzz, every browser test on each store, and
// the evidence for docs/asvs-requirements.tsv.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { provideChromium } from '#e2e/support/find-chromium.ts'
import { type StoreName, storeNames } from '#e2e/support/test-store.ts'
import { judgeRun, writePage } from './evidence.ts'
import { writeInventory } from './inventory.ts'
import { type PlaywrightReport, type PlaywrightSuite, readReport, type VitestReport } from './reports.ts'

const root = path.resolve(import.meta.dirname, '..')
const reports = path.join(root, 'test-results')
const isAll = process.argv.includes('--all')
/** The journeys in e2e itself. Exhaustive tests are in e2e/assurance. */
const journeys = 'e2e/[^/]+\\.spec'
/** Shows that each store works under the whole site. The contract tests need no browser. */
const oneJourney = 'e2e/journey\\.spec'
const started = performance.now()
const failures: string[] = []
const figures: string[] = []
/** The seconds that each step took. */
const times: string[] = []

interface Figures {
  passed: number
  failed: number
  skipped: number
  /** One line each: file, test and error. */
  failedTests: string[]
}

interface StepOptions {
  args?: string[]
  /** Added to this process's environment. */
  env?: Record<string, string>
}

rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const browserRunner = (store: StoreName) => `playwright (${store})`
const isSound = step('types', 'check:types') && step('lint', 'check:lint') && step('dead code', 'check:dead')
if (isSound) {
  runVitest('vitest', 'unit and contract tests', isAll ? 'test:unit:all' : 'test:unit', {
    ...(isAll && { TEST_STORES: 'all' }),
  })
  const isBuilt = step('production build', 'build')
  if (isAll) runVitest('faults', 'faults, in their short form', 'test:faults', { FAULTS: 'short' })
  if (isAll && isBuilt) runVitest('fuzz', 'fuzz, in its short form', 'fuzz', { FUZZ: 'short' })
  const isReady = isBuilt && provideBrowser()
  for (const store of storeNames) {
    if (isReady) runPlaywright(store)
    else notRun(browserRunner(store))
  }
}
if (isAll) {
  writeInventory()
  judgeEvidence()
}

say(`\n== Summary, after ${Math.round((performance.now() - started) / 1000)} s`)
for (const failure of failures) say(`failed: ${failure}`)
for (const line of figures) say(line)
say(times.join(', '))
process.exitCode = failures.length === 0 ? 0 : 1

/** Whether these tests prove the requirements. The page with the proofs is beside their reports. */
function judgeEvidence(): void {
  say('\n== evidence')
  const judgement = judgeRun(root)
  writePage(root, judgement)
  for (const fault of judgement.faults) say(fault)
  if (judgement.faults.length > 0) failures.push(`evidence: ${judgement.faults.length} faults, named above`)
  figures.push(judgement.figures)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function runVitest(runner: string, name: string, script: string, env: Record<string, string> = {}): void {
  const report = path.join(reports, `${runner}.json`)
  step(name, script, { args: ['--reporter=default', '--reporter=json', `--outputFile=${report}`], env })
  count(runner, readVitest(report))
}

function runPlaywright(store: StoreName): void {
  const chosen = store === 'json' ? journeys : oneJourney
  step(`browser tests on ${store}`, 'test:browser', {
    args: isAll ? [] : [chosen],
    env: { TEST_STORE: store, ...(!isAll && { TEST_JOURNEYS: 'on' }) },
  })
  count(browserRunner(store), readPlaywright(path.join(reports, `playwright-${store}.json`)))
}

function notRun(runner: string): void {
  figures.push(`${runner}: not run`)
}

/** Runs a script of package.json and passes its output through. */
function step(name: string, script: string, { args = [], env = {} }: StepOptions = {}): boolean {
  say(`\n== ${name}`)
  const began = performance.now()
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  const took = `${name} ${Math.round((performance.now() - began) / 1000)} s`
  say(`-- ${took}`)
  times.push(took)
  if (status !== 0) failures.push(name)
  return status === 0
}

function provideBrowser(): boolean {
  try {
    const { executable, origin } = provideChromium()
    say(`\nChromium: ${executable} (${origin})`)
    process.env.CHROMIUM_PATH = executable
    return true
  } catch (cause) {
    say(cause instanceof Error ? cause.message : String(cause))
    failures.push('Chromium')
    return false
  }
}

function count(runner: string, result: Figures | null): void {
  if (result === null) {
    failures.push(`${runner} wrote no report`)
    notRun(runner)
    return
  }
  const { passed, failed, skipped, failedTests } = result
  failures.push(...failedTests.map((line) => `${runner}: ${line}`))
  if (passed + failed === 0) failures.push(`${runner} found no tests`)
  if (failed > 0) failures.push(`${failed} of ${runner}`)
  if (skipped > 0) failures.push(`${skipped} skipped of ${runner}: a skipped test counts as failed`)
  figures.push(`${runner}: ${passed} passed, ${failed + skipped} failed`)
}

function readVitest(file: string): Figures | null {
  const report = readReport<VitestReport>(file)
  return (
    report && {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      failedTests: report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status === 'failed')
          .map((test) => failedTest(path.relative(root, name), test.fullName, test.failureMessages[0])),
      ),
    }
  )
}

function readPlaywright(file: string): Figures | null {
  const report = readReport<PlaywrightReport>(file)
  if (report === null) return null
  const { expected, unexpected, flaky, skipped } = report.stats
  const failedTests = [
    ...report.errors.map(({ message }) => failedTest('playwright', 'no test', message)),
    ...report.suites.flatMap(failedSpecs),
  ]
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped, failedTests }
}

function failedSpecs(suite: PlaywrightSuite): string[] {
  const own = suite.specs
    .filter(({ ok }) => !ok)
    .map(({ title, line, tests }) => {
      const message = tests.flatMap(({ results }) => results).find(({ error }) => error)?.error?.message
      return failedTest(`${suite.file}:${line}`, title, message)
    })
  return [...own, ...(suite.suites ?? []).flatMap(failedSpecs)]
}

function failedTest(file: string, title: string, message = 'no message'): string {
  const [first = ''] = stripVTControlCharacters(message).split('\n', 1)
  return `${file} › ${title}: ${first.slice(0, 300)}`
}
