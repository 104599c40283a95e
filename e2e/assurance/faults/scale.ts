// The size of the run: everything, or what fits into `npm test`.
import { createRandom, seed } from './random.ts'

export const isShort = process.env.FAULTS === 'short'

/**
 * Tries the first, second, third … until one reports that nothing was left to hit. The short form tries one of the
 * `most` that were counted.
 */
export async function stepThrough(most: number, hit: (nth: number) => Promise<boolean>): Promise<void> {
  if (isShort) {
    await hit(1 + createRandom(seed).below(most))
    return
  }
  let nth = 1
  while (await hit(nth)) nth += 1
}

/** All of them; in the short form three. */
export function someOf<Item>(items: Iterable<Item>): Item[] {
  const all = [...items]
  if (!isShort) return all
  const first = createRandom(seed).below(all.length)
  return [...all.slice(first), ...all.slice(0, first)].slice(0, 3)
}
