// Whether the last run proves what docs/asvs.md says: `npm test` asks at its end. Run by itself (`npm run asvs`), it
// writes that page from the reports in test-results.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { faultFile, parts } from '#e2e/faults/parts.ts'
import { claimsOf } from './evidence/claims.ts'
import { writeDocument } from './evidence/document.ts'
import { faultsOf, notEverywhere, proofsOf, resultOf, unknownIds } from './evidence/judge.ts'
import { readLists } from './evidence/lists.ts'
import { readTests, runners } from './reports.ts'

export interface Judgement {
  /** For the summary. */
  figures: string
  /** Empty when everything is proved. */
  faults: string[]
  /** What docs/asvs.md should be; null when some runner left no report. */
  document: string | null
}

/** `root` holds docs, whose lists are asked, and test-results. */
export function judgeRun(root: string): Judgement {
  const read = runners.map((runner) => ({ runner, tests: readTests(runner, path.join(root, 'test-results'), root) }))
  const missing = read.filter(({ tests }) => tests === null).map(({ runner }) => runner.name)
  if (missing.length > 0) return notJudged(`these did not run: ${missing.join(', ')}`)
  const lists = readLists(path.join(root, 'docs'))
  if (!lists.ok) return notJudged(lists.fault)
  const claims = claimsOf(read.flatMap(({ tests }) => tests ?? []))
  const requirements = proofsOf(lists.requirements, claims)
  const threats = proofsOf(lists.threats, claims)
  const document = writeDocument({ requirements, threats })
  const sometimes = parts.flatMap(({ files, obstacle }) => (obstacle === null ? [] : files.map(faultFile)))
  const faults = [
    ...unknownIds(claims, [...lists.requirements, ...lists.threats]),
    ...notEverywhere(claims, sometimes),
    ...faultsOf([...requirements, ...threats]),
  ]
  // A test that failed changes the page as well; it is blamed once.
  if (claims.every(({ hasPassed }) => hasPassed)) faults.push(...differences(readDocument(root), document))
  const asked = requirements.filter(({ item }) => item.level === 'L1' || item.level === 'L2')
  const count = (result: string) => asked.filter((proof) => resultOf(proof) === result).length
  const proved = threats.filter((proof) => resultOf(proof) === 'passed').length
  const figures = `evidence: of ${asked.length} requirements of L1 and L2 ${count('passed')} are proved and ${count('gap')} are gaps with a reason; ${proved} of ${threats.length} threats`
  return { figures, faults, document }
}

function notJudged(fault: string): Judgement {
  return { figures: 'evidence: not judged', faults: [`Not judged, for ${fault}`], document: null }
}

function documentFile(root: string): string {
  return path.join(root, 'docs/asvs.md')
}

function readDocument(root: string): string {
  try {
    return readFileSync(documentFile(root), 'utf8').replaceAll('\r\n', '\n')
  } catch {
    return ''
  }
}

/** The first line that is listed and was not proved, and the first that the other way round. */
function differences(written: string, document: string): string[] {
  if (written === document) return []
  const lines = (text: string) => new Set(text.split('\n'))
  const only = (text: string, other: string) => [...lines(text)].find((line) => !lines(other).has(line))
  const [listed, ran] = [only(written, document), only(document, written)]
  return [
    'docs/asvs.md is not what this run proves: write it anew with npm run asvs',
    ...(listed === undefined ? [] : [`  listed, but not so in this run: ${listed}`]),
    ...(ran === undefined ? [] : [`  in this run, but not listed so: ${ran}`]),
  ]
}

if (process.argv[1] === import.meta.filename) {
  const root = path.resolve(import.meta.dirname, '..')
  const { document } = judgeRun(root)
  if (document !== null) writeFileSync(documentFile(root), document)
  const { figures, faults } = judgeRun(root)
  process.stdout.write(`${[figures, ...faults].join('\n')}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
