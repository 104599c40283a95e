// A temporary folder with the two lists, the reports of a run, and the page that it wrote.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

export interface Tree {
  /** Lines of asvs-requirements.tsv: id, level, requirement, gap. */
  requirements?: string[][]
  /** Lines of threats.tsv: id, threat, gap. */
  threats?: string[][]
  /** Of lib/names.test.ts or the named file: describes, then the title. */
  unit?: { titles: string[]; file?: string; status?: string }[]
  /** Titles of e2e/log-in.spec.ts, on all stores or the named ones. */
  browser?: { title: string; stores?: string[]; status?: string }[]
  /** Missing reports. */
  without?: string[]
}

/** An L1 requirement without a test or reason. */
export const upper = ['V6.2.1', 'L1', 'Long enough', '']

/** Removed after the test. */
export function plant({ requirements = [upper], threats = [], unit = [], browser = [], without = [] }: Tree): string {
  const root = mkdtempSync(path.join(tmpdir(), 'gatehouse-evidence-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(path.join(root, 'docs'))
  mkdirSync(path.join(root, 'test-results'))
  const table = (rows: string[][]) => rows.map((cells) => `${cells.join('\t')}\n`).join('')
  writeFileSync(
    path.join(root, 'docs/asvs-requirements.tsv'),
    table([['id', 'level', 'requirement', 'gap'], ...requirements]),
  )
  writeFileSync(path.join(root, 'docs/threats.tsv'), table([['id', 'threat', 'gap'], ...threats]))
  const report = (name: string, content: object) => {
    if (!without.includes(name)) writeFileSync(path.join(root, 'test-results', name), JSON.stringify(content))
  }
  report('vitest.json', {
    testResults: unit.map(({ titles, file = 'lib/names.test.ts', status = 'passed' }) => ({
      name: path.join(root, file),
      assertionResults: [{ ancestorTitles: titles.slice(0, -1), title: titles.at(-1), status }],
    })),
  })
  for (const name of ['faults.json', 'fuzz.json']) report(name, { testResults: [] })
  for (const store of ['json', 'sqlite', 'postgres']) {
    const specs = browser
      .filter(({ stores = [store] }) => stores.includes(store))
      .map(({ title, status = 'expected' }) => ({ title, ok: true, tests: [{ status, expectedStatus: 'passed' }] }))
    report(`playwright-${store}.json`, {
      config: { rootDir: path.join(root, 'e2e') },
      suites: [
        {
          title: 'log-in.spec.ts',
          file: 'log-in.spec.ts',
          specs: [],
          suites: [{ title: 'log in', file: 'log-in.spec.ts', specs }],
        },
      ],
    })
  }
  return root
}
