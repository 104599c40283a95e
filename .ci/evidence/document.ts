// Writes test-results/asvs.md: requirements and threats with the tests that prove them. The same run gives the same
// text on every machine: no times or host names, and everything in the order of the lists or the alphabet.
import type { Claim } from './claims.ts'
import { type Proof, type Result, resultOf } from './judge.ts'

/** OWASP ASVS 5.0's names of its chapters. */
const chapters: Record<string, string> = {
  V1: 'Encoding and Sanitization',
  V2: 'Validation and Business Logic',
  V3: 'Web Frontend Security',
  V4: 'API and Web Service',
  V5: 'File Handling',
  V6: 'Authentication',
  V7: 'Session Management',
  V8: 'Authorization',
  V9: 'Self-contained Tokens',
  V10: 'OAuth and OIDC',
  V11: 'Cryptography',
  V12: 'Secure Communication',
  V13: 'Configuration',
  V14: 'Data Protection',
  V15: 'Secure Coding and Architecture',
  V16: 'Security Logging and Error Handling',
  V17: 'WebRTC',
}

/** More titles of one file than this are counted instead of listed. */
const mostTitles = 3

export function writeDocument({ requirements, threats }: { requirements: Proof[]; threats: Proof[] }): string {
  const applicable = requirements.filter(({ item }) => item.level !== '-')
  const lines = [
    '# What is proved, requirement by requirement',
    '',
    'Written at the end of `npm test` from the reports of that run, which fails when a requirement of L1 or L2 has neither a',
    'test that passed nor a reason. The requirements are those of the OWASP Application Security Verification Standard 5.0, in short; a',
    'test claims one by its id in brackets at the end of its title. Stores are those that the test ran on; `unit` is a',
    'test that no store takes part in, or that brings its own.',
    '',
    ...countsOf(applicable, threats),
    ...Object.entries(chapters).flatMap(([id, name]) =>
      chapter(
        `${id} ${name}`,
        applicable.filter((proof) => chapterOf(proof) === id),
      ),
    ),
    '## Threats',
    '',
    '| id | threat | tests | stores | result |',
    '| --- | --- | --- | --- | --- |',
    ...threats.map((proof) => row([proof.item.id, asCell(proof.item.text), ...evidence(proof)])),
    '',
    '## Gaps',
    '',
    'What no test here can prove, or what Gatehouse does not do yet, with the reason.',
    '',
    '| id | level | requirement | reason |',
    '| --- | --- | --- | --- |',
    ...[...applicable, ...threats]
      .filter((proof) => resultOf(proof) === 'gap')
      .map(({ item }) => row([item.id, item.level === 'T' ? '' : item.level, asCell(item.text), asCell(item.gap)])),
    '',
    '## Not applicable',
    '',
    '| chapter | requirements | reason |',
    '| --- | --- | --- |',
    ...requirements
      .filter(({ item }) => item.level === '-')
      .map((proof) => row([chapterOf(proof), asCell(proof.item.text), asCell(proof.item.gap)])),
    '',
  ]
  return lines.join('\n')
}

function countsOf(applicable: Proof[], threats: Proof[]): string[] {
  const count = (proofs: Proof[], result: Result) => String(proofs.filter((proof) => resultOf(proof) === result).length)
  const line = (name: string, proofs: Proof[]) =>
    row([
      name,
      String(proofs.length),
      count(proofs, 'passed'),
      count(proofs, 'gap'),
      count(proofs, 'failed'),
      count(proofs, 'open'),
    ])
  return [
    '| | all that apply | proved | gaps with a reason | failed | open |',
    '| --- | --- | --- | --- | --- | --- |',
    ...['L1', 'L2', 'L3'].map((level) =>
      line(
        level,
        applicable.filter(({ item }) => item.level === level),
      ),
    ),
    line('threats', threats),
    '',
  ]
}

function chapter(title: string, proofs: Proof[]): string[] {
  if (proofs.length === 0) return []
  return [
    `## ${title}`,
    '',
    '| id | level | requirement | tests | stores | result |',
    '| --- | --- | --- | --- | --- | --- |',
    ...proofs.map((proof) => row([proof.item.id, proof.item.level, asCell(proof.item.text), ...evidence(proof)])),
    '',
  ]
}

/** The tests, stores and result of a row. */
function evidence(proof: Proof): string[] {
  const { claims } = proof
  const stores = [...new Set(claims.flatMap((claim) => (claim.stores.length === 0 ? ['unit'] : claim.stores)))]
  return [testsOf(claims), stores.toSorted().join(', '), resultOf(proof)]
}

function testsOf(claims: Claim[]): string {
  const files = [...new Set(claims.map(({ file }) => file))]
  return files
    .map((file) => {
      const titles = claims.filter((claim) => claim.file === file).map(({ title }) => asCell(shortened(title)))
      const more = titles.length > mostTitles ? [`and ${titles.length - mostTitles} more`] : []
      return `\`${file}\`: ${[...titles.slice(0, mostTitles), ...more].join('; ')}`
    })
    .join('<br>')
}

function chapterOf({ item }: Proof): string {
  return /^V\d+/.exec(item.id)?.[0] ?? ''
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function shortened(title: string): string {
  return title.length <= 140 ? title : `${title.slice(0, 139).trimEnd()}…`
}

/** Escapes a cell. Shows invisible characters by name, because titles contain hostile input. */
function asCell(text: string): string {
  return text
    .replace(
      /[\p{C}\u2028\u2029]/gu,
      (sign) => `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|~]/g, '\\$&')
}
