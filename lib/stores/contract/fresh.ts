// A fresh store for every test of the contract.

import { beforeEach } from 'vitest'

import type { Stores } from '#lib/stores/types.ts'

/** Opens empty stores for one test. The caller closes them after it, and removes what they leave behind. */
export type OpenFresh = () => Promise<Stores>

export function openForEachTest(open: OpenFresh, use: (stores: Stores) => void): void {
  beforeEach(async () => use(await open()))
}
