// How much is tried and from which seed. Every run draws its own seed and tells it; FUZZ_SEED repeats one, and FUZZ_PATH
// with it the one case that a failure named.
import { createHash } from 'node:crypto'

/** What `npm test` has a minute for. */
const shortRuns = 30
const longRuns = 10_000

export const runs = Number(process.env.FUZZ_RUNS ?? (process.env.FUZZ === 'short' ? shortRuns : longRuns))
export const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
export const casePath = process.env.FUZZ_PATH
/** How many forms and handlers are tried at once: a browser's worth of connections, so that nobody is told to wait. */
export const atOnce = 8
/** The store is looked at that often while one form is tried. */
export const looks = runs > 1000 && casePath === undefined ? 4 : 1

/** Another for each form: drawn from the same, all of them would go wrong in the same way. */
export function seedFor(name: string, from: number): number {
  return createHash('sha256').update(`${from} ${name}`).digest().readInt32BE()
}
