// What a test claims to prove: the ids in brackets in its title or in the title of a describe around it.
import type { StoreName } from '#e2e/support/test-store.ts'
import type { RanTest } from '../reports.ts'

export interface Claim {
  id: string
  file: string
  /** For readers: without ids and tags. */
  title: string
  /** Empty for a test that uses no store or chooses its own. */
  stores: StoreName[]
  hasPassed: boolean
}

/** Also matches malformed ids, so that they are reported and not ignored. */
const idsInBrackets = /\s*\[((?:v|t)\s?\d[^\]]*|\d+\.\d+\.\d+[^\]]*)\]/gi
const tags = /(^|\s)@[\w-]+/g

/** One claim for each id, file and title. Merges the stores of several runs; passed only if every run passed. */
export function claimsOf(tests: readonly RanTest[]): Claim[] {
  const claims = new Map<string, Claim>()
  for (const test of tests) {
    const title = readable(test.titles)
    const file = sharedFile(test.file)
    for (const id of idsIn(test.titles)) {
      const key = JSON.stringify([id, file, title])
      const known = claims.get(key)
      const stores = [...new Set([...(known?.stores ?? []), ...storesOf(test)])].toSorted()
      claims.set(key, { id, file, title, stores, hasPassed: test.hasPassed && (known?.hasPassed ?? true) })
    }
  }
  return [...claims.values()]
}

export function idsIn(titles: readonly string[]): string[] {
  const lists = titles.flatMap((title) => [...title.matchAll(idsInBrackets)].map((match) => match[1] ?? ''))
  return [...new Set(lists.flatMap((list) => list.split(',').map((id) => id.trim())))]
}

/** The store names in the titles of the contract and of the tests of both SQL drivers. */
const storeWords: readonly [StoreName, RegExp][] = [
  ['json', /\bJSON files\b/],
  ['postgres', /\bPostgreSQL\b/],
  ['sqlite', /\bSQLite\b/],
]

function storesOf({ store, titles }: RanTest): StoreName[] {
  if (store !== null) return [store]
  return storeWords.filter(([, word]) => titles.some((title) => word.test(title))).map(([name]) => name)
}

function readable(titles: readonly string[]): string {
  return titles
    .map((title) => title.replace(idsInBrackets, '').replace(tags, '').trim())
    .map((title) => title.replace(/^(JSON files|SQLite|PostgreSQL)(: |, )/, ''))
    .join(' › ')
}

/** The contract is one file that three test files run. */
function sharedFile(file: string): string {
  return file.replace(/^lib\/stores\/(json\/contract|sql\/contract-\w+)\.test\.ts$/, 'lib/stores/contract.ts')
}
