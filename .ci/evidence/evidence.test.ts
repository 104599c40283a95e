import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { judgeRun } from '../evidence.ts'
import { idsIn } from './claims.ts'
import { plant, type Tree, upper } from './tree-for-test.ts'

const lower = ['V6.2.4', 'L2', 'Not a common one', '']

const faultsOf = (tree: Tree) => judgeRun(plant(tree)).faults
const pageOf = (tree: Tree) => judgeRun(plant(tree)).document?.split('\n') ?? []
const rowOf = (id: string, tree: Tree) => pageOf(tree).find((line) => line.startsWith(`| ${id} |`))

test('a requirement with a passed test is proved, on the stores that the test ran on', () => {
  const tree: Tree = { browser: [{ title: 'asks for eight characters [V6.2.1]', stores: ['json', 'postgres'] }] }
  expect(faultsOf(tree)).toEqual([])
  expect(rowOf('V6.2.1', tree)).toBe(
    '| V6.2.1 | L1 | Long enough | `e2e/log-in.spec.ts`: log in › asks for eight characters | json, postgres | passed |',
  )
})

test('an id counts in the title of a describe, beside other ids and beside a tag', () => {
  expect(idsIn(['passwords [V6.2.1, T22]', 'are long @json [V6.2.4]', 'and [1, 2] is no id'])).toEqual([
    'V6.2.1',
    'T22',
    'V6.2.4',
  ])
  const requirements = [upper, lower]
  expect(faultsOf({ requirements, unit: [{ titles: ['passwords [V6.2.1, V6.2.4]', 'are long'] }] })).toEqual([])
})

test('an unproved requirement is an error at L1 and L2, and open at L3', () => {
  const requirements = [upper, lower, ['V6.3.5', 'L3', 'Told', '']]
  const tree: Tree = { requirements }
  expect(faultsOf(tree)).toEqual([
    'V6.2.1 (Long enough) has neither a test nor a reason',
    'V6.2.4 (Not a common one) has neither a test nor a reason',
  ])
  expect(rowOf('V6.3.5', tree)).toMatch(/\| open \|$/)
})

test('an unproved threat is an error without a reason', () => {
  const unit = [{ titles: ['long [V6.2.1]'] }]
  expect(faultsOf({ unit, threats: [['T1', 'Slips past', '']] })).toEqual([
    'T1 (Slips past) has neither a test nor a reason',
  ])
  expect(faultsOf({ unit, threats: [['T1', 'Slips past', 'nothing to slip past']] })).toEqual([])
})

test('a reason replaces a test and is listed', () => {
  const tree: Tree = { requirements: [['V12.1.1', 'L1', 'TLS 1.2', 'the proxy speaks it']] }
  expect(faultsOf(tree)).toEqual([])
  expect(pageOf(tree)).toContain('| V12.1.1 | L1 | TLS 1.2 | the proxy speaks it |')
})

test('a reason beside a test is an error, because one of them is wrong', () => {
  const requirements = [['V6.2.1', 'L1', 'Long enough', 'not yet']]
  expect(faultsOf({ requirements, unit: [{ titles: ['long [V6.2.1]'] }] })).toEqual([
    'V6.2.1 has a reason for its gap, and a test that proves it: lib/names.test.ts',
  ])
})

test.each(['V6.2.99', 'v6.2.1', '6.2.1', 'V6.2.1 T22', 'T31'])('a malformed or unknown id is an error: %j', (id) => {
  const unit = [{ titles: ['long [V6.2.1]'] }, { titles: [`short [${id}]`] }]
  expect(faultsOf({ unit, threats: [['T22', 'Tells names', 'none']] })).toEqual([
    `'${id}' is on no list: lib/names.test.ts › short`,
  ])
})

test('a requirement that does not apply cannot be claimed', () => {
  const requirements = [upper, ['V17-NA', '-', 'whole chapter', 'no WebRTC']]
  const unit = [{ titles: ['long [V6.2.1]'] }]
  expect(faultsOf({ requirements, unit })).toEqual([])
  expect(faultsOf({ requirements, unit: [...unit, { titles: ['calls [V17-NA]'] }] })).toEqual([
    'V17-NA says what does not apply, and is claimed by lib/names.test.ts',
  ])
})

test.each(['failed', 'pending', 'skipped', 'todo'])('a unit test that is %s proves nothing', (status) => {
  const unit = [{ titles: ['long [V6.2.1]'], status }, { titles: ['and longer [V6.2.1]'] }]
  expect(faultsOf({ unit })).toEqual(['V6.2.1 is not proved: lib/names.test.ts › long'])
})

test.each([
  ['unexpected', 'json'],
  ['flaky', 'sqlite'],
  ['skipped', 'postgres'],
])('a browser test that is %s on one store, %s, proves nothing', (status, store) => {
  const browser = ['json', 'sqlite', 'postgres'].map((name) => ({
    title: 'long [V6.2.1]',
    stores: [name],
    ...(name === store && { status }),
  }))
  expect(faultsOf({ browser })).toEqual(['V6.2.1 is not proved: e2e/log-in.spec.ts › log in › long'])
})

test('a runner without a report is named, and no other error is reported', () => {
  const root = plant({ without: ['playwright-sqlite.json', 'vitest.json'] })
  expect(judgeRun(root)).toEqual({
    figures: 'evidence: not judged',
    faults: ['Not judged, for these did not run: vitest, playwright (sqlite)'],
    document: null,
  })
})

test('an incomplete report counts as missing', () => {
  const root = plant({ unit: [{ titles: ['long [V6.2.1]'] }] })
  writeFileSync(path.join(root, 'test-results/faults.json'), '{"testResults": [')
  expect(judgeRun(root).faults).toEqual(['Not judged, for these did not run: faults'])
})

test('a test that some machines skip proves nothing', () => {
  const file = 'e2e/assurance/faults/power-cut.fault.ts'
  expect(faultsOf({ unit: [{ titles: ['keeps all [V6.2.1]'], file }] })).toEqual([
    `V6.2.1 rests on a test that some machines leave out: ${file} › keeps all`,
  ])
})

test('the page does not depend on the order of the run', () => {
  const unit = ['c', 'b', 'a', 'd'].map((name) => ({ titles: [`${name} [V6.2.1]`] }))
  const browser = [{ title: 'long [V6.2.1]' }]
  expect(pageOf({ unit, browser })).toEqual(pageOf({ unit: unit.toReversed(), browser }))
  expect(rowOf('V6.2.1', { unit })).toContain('`lib/names.test.ts`: a; b; c; and 1 more | unit')
  const onOne = ['sqlite', 'json'].map((store, at) => ({ title: `${at} [V6.2.1]`, stores: [store] }))
  expect(rowOf('V6.2.1', { unit, browser: onOne })).toContain('| json, sqlite, unit |')
})

test('the contract is one entry for any number of drivers', () => {
  const unit = [
    { titles: ['JSON files: users', 'keeps [V6.2.1]'], file: 'lib/stores/json/contract.test.ts' },
    { titles: ['SQLite: users', 'keeps [V6.2.1]'], file: 'lib/stores/sql/contract-sqlite.test.ts' },
    { titles: ['PostgreSQL: users', 'keeps [V6.2.1]'], file: 'lib/stores/sql/contract-postgres.test.ts' },
  ]
  expect(rowOf('V6.2.1', { unit })).toContain(
    '| `lib/stores/contract.ts`: users › keeps | json, postgres, sqlite | passed |',
  )
})

test('a hostile title stays inside its cell, and its invisible characters are shown', () => {
  const unit = [{ titles: ['a|b <script> *c* \u202e [V6.2.1]'] }]
  expect(rowOf('V6.2.1', { unit })).toContain('a\\|b &lt;script> \\*c\\* U+202E |')
})

test('a list with a missing column or a repeated id proves nothing', () => {
  expect(faultsOf({ requirements: [upper, ['V6.2.4', 'L2', 'Common']] })).toEqual([
    'Not judged, for line 3 of asvs-requirements.tsv has 3 columns instead of 4',
  ])
  expect(faultsOf({ requirements: [upper, upper] })).toEqual(['Not judged, for V6.2.1 is listed twice'])
})

test('the figures count L1, L2 and the threats', () => {
  const requirements = [upper, ['V6.2.4', 'L2', 'Common', 'not yet'], ['V6.3.5', 'L3', 'Told', '']]
  const threats = [['T1', 'Slips past', '']]
  const unit = [{ titles: ['long [V6.2.1, T1]'] }]
  expect(judgeRun(plant({ requirements, threats, unit })).figures).toBe(
    'evidence: of 2 requirements of L1 and L2 1 are proved and 1 are gaps with a reason; 1 of 1 threats',
  )
})
