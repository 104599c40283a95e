// Checks that the last run proves every requirement of docs/asvs-requirements.tsv. Runs at the end of `npm test`, and
// as `npm run asvs` on the reports in test-results. Both write a page with the proofs there.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { faultFile, parts } from '#e2e/assurance/faults/parts.ts'
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
  /** The page; null when a report is missing. */
  document: string | null
}

/** `root` contains docs with the lists, and test-results. */
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
  const asked = requirements.filter(({ item }) => item.level === 'L1' || item.level === 'L2')
  const count = (result: string) => asked.filter((proof) => resultOf(proof) === result).length
  const proved = threats.filter((proof) => resultOf(proof) === 'passed').length
  const figures = `evidence: of ${asked.length} requirements of L1 and L2 ${count('passed')} are proved and ${count('gap')} are gaps with a reason; ${proved} of ${threats.length} threats`
  return { figures, faults, document }
}

function notJudged(fault: string): Judgement {
  return { figures: 'evidence: not judged', faults: [`Not judged, for ${fault}`], document: null }
}

/** Writes the page, if there is one. */
export function writePage(root: string, { document }: Judgement): void {
  if (document !== null) writeFileSync(path.join(root, 'test-results/asvs.md'), document)
}

if (process.argv[1] === import.meta.filename) {
  const root = path.resolve(import.meta.dirname, '..')
  const judgement = judgeRun(root)
  writePage(root, judgement)
  process.stdout.write(`${[judgement.figures, ...judgement.faults].join('\n')}\n`)
  process.exitCode = judgement.faults.length === 0 ? 0 : 1
}
