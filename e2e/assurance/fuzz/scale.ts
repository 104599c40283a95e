// The size and seed of the run. Every run draws a seed and prints it; FUZZ_SEED repeats a run, and FUZZ_PATH with it
// the case that a failure named.
import { createHash } from 'node:crypto'

/** What fits into a minute of `npm test`. */
const shortRuns = 30
const longRuns = 10_000

export const runs = Number(process.env.FUZZ_RUNS ?? (process.env.FUZZ === 'short' ? shortRuns : longRuns))
export const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
export const casePath = process.env.FUZZ_PATH
/** Forms and handlers tested concurrently: as many as a browser's connections, so that no client is told to wait. */
export const atOnce = 8
/** How often the store is checked while a form is tested. */
export const looks = runs > 1000 && casePath === undefined ? 4 : 1

/** A different seed for each form; with the same one, all would fail in the same way. */
export function seedFor(name: string, from: number): number {
  return createHash('sha256').update(`${from} ${name}`).digest().readInt32BE()
}
