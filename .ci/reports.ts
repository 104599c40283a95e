// The runners' reports in test-results/: their paths, their format, and the tests in them.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type StoreName, storeNames } from '#e2e/support/test-store.ts'

export interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: {
    /** The absolute path of the file. */
    name: string
    assertionResults: {
      ancestorTitles: string[]
      title: string
      fullName: string
      status: string
      failureMessages: string[]
    }[]
  }[]
}

export interface PlaywrightReport {
  config: { rootDir: string }
  stats: { expected: number; unexpected: number; flaky: number; skipped: number }
  errors: { message?: string }[]
  suites: PlaywrightSuite[]
}

export interface PlaywrightSuite {
  /** A file's own suite has the file name as title. */
  title: string
  /** Relative to `config.rootDir`. */
  file: string
  suites?: PlaywrightSuite[]
  specs: PlaywrightSpec[]
}

interface PlaywrightSpec {
  title: string
  /** Also true for a skipped test and for one that passed on retry. */
  ok: boolean
  line: number
  /** One per project. */
  tests: { expectedStatus: string; status: string; results: { error?: { message?: string } }[] }[]
}

/** One test in a report. */
export interface RanTest {
  /** From the root of the repository, with slashes. */
  file: string
  /** The titles of its describes, then its own. */
  titles: string[]
  /** The store of the whole run; null for runners whose tests choose. */
  store: StoreName | null
  hasPassed: boolean
}

/** A runner's name in the summary, and its report. */
export interface Runner {
  name: string
  report: string
  store: StoreName | null
}

export const runners: readonly Runner[] = [
  { name: 'vitest', report: 'vitest.json', store: null },
  { name: 'faults', report: 'faults.json', store: null },
  { name: 'fuzz', report: 'fuzz.json', store: null },
  ...storeNames.map((store) => ({ name: `playwright (${store})`, report: `playwright-${store}.json`, store })),
]

/** Null when it is missing or incomplete. */
export function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return null
  }
}

/** The tests of a runner, or null when its report is missing. */
export function readTests(runner: Runner, reports: string, root: string): RanTest[] | null {
  const file = path.join(reports, runner.report)
  if (runner.store === null) {
    const report = readReport<VitestReport>(file)
    return report && testsOfVitest(report, root)
  }
  const report = readReport<PlaywrightReport>(file)
  return report && testsOfPlaywright(report, root, runner.store)
}

function testsOfVitest(report: VitestReport, root: string): RanTest[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: fromTop(root, name),
      titles: [...ancestorTitles, title],
      store: null,
      hasPassed: status === 'passed',
    })),
  )
}

function testsOfPlaywright({ config, suites }: PlaywrightReport, root: string, store: StoreName): RanTest[] {
  const testsOf = (suite: PlaywrightSuite, around: string[]): RanTest[] => [
    ...suite.specs.map(({ title, tests }) => ({
      file: fromTop(root, path.resolve(config.rootDir, suite.file)),
      titles: [...around, title],
      store,
      hasPassed:
        tests.length > 0 && tests.every((test) => test.status === 'expected' && test.expectedStatus === 'passed'),
    })),
    ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, [...around, inner.title])),
  ]
  return suites.flatMap((suite) => testsOf(suite, []))
}

function fromTop(root: string, file: string): string {
  return path.relative(root, file).replaceAll(path.sep, '/')
}
