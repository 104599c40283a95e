// Finds what is wrong with the evidence of a run. Each error is a sentence that says what to do.
import type { Claim } from './claims.ts'
import type { Item } from './lists.ts'

/** An item of a list, and the tests that prove it. */
export interface Proof {
  item: Item
  claims: Claim[]
}

export type Result = 'passed' | 'failed' | 'gap' | 'open' | 'not applicable'

/** `open` means neither a test nor a reason. */
export function resultOf({ item, claims }: Proof): Result {
  if (item.level === '-') return 'not applicable'
  if (claims.length > 0) return claims.every(({ hasPassed }) => hasPassed) ? 'passed' : 'failed'
  return item.gap === '' ? 'open' : 'gap'
}

export function proofsOf(items: readonly Item[], claims: readonly Claim[]): Proof[] {
  return items.map((item) => ({ item, claims: claims.filter(({ id }) => id === item.id).toSorted(byPlace) }))
}

/** At L3, claims only have to be true. */
export function faultsOf(proofs: readonly Proof[]): string[] {
  return proofs.flatMap((proof) => {
    const { item, claims } = proof
    const { id, level, text, gap } = item
    const failed = claims.filter(({ hasPassed }) => !hasPassed)
    const first = claims[0]
    if (level === '-' && first) return [`${id} says what does not apply, and is claimed by ${first.file}`]
    if (first && gap !== '') return [`${id} has a reason for its gap, and a test that proves it: ${first.file}`]
    if (failed.length > 0) return failed.map(({ file, title }) => `${id} is not proved: ${file} › ${title}`)
    if (resultOf(proof) === 'open' && level !== 'L3') return [`${id} (${text}) has neither a test nor a reason`]
    return []
  })
}

/** Ids in titles that no list has. */
export function unknownIds(claims: readonly Claim[], known: readonly Item[]): string[] {
  const ids = new Set(known.map(({ id }) => id))
  return claims
    .filter(({ id }) => !ids.has(id))
    .map(({ id, file, title }) => `'${id}' is on no list: ${file} › ${title}`)
    .toSorted()
}

/** A test that some machines skip proves nothing to those who run it there. */
export function notEverywhere(claims: readonly Claim[], files: readonly string[]): string[] {
  return claims
    .filter(({ file }) => files.includes(file))
    .map(({ id, file, title }) => `${id} rests on a test that some machines leave out: ${file} › ${title}`)
    .toSorted()
}

function byPlace(a: Claim, b: Claim): number {
  return compare(a.file, b.file) || compare(a.title, b.title)
}

/** By code unit, so that the order does not depend on the locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
