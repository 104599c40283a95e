// Seeded pseudo-random numbers, so that a failing run can be repeated.

export interface Random {
  /** An integer from 0 to `below` - 1. */
  below(limit: number): number
  /** Undefined for an empty list. */
  oneOf<Item>(items: readonly Item[]): Item | undefined
}

/** mulberry32: 32 bits of state suffice for choosing times and users. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, oneOf: (items) => items[below(items.length)] }
}

/** FAULTS_SEED repeats a run; otherwise every run draws a seed and prints it with its figures. */
export const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 32))
