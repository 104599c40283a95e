// A fresh store for each contract test.

import { beforeEach } from 'vitest'

import type { Stores } from '#lib/stores/types.ts'

/** Opens empty stores for one test. The caller closes them and removes their files. */
export type OpenFresh = () => Promise<Stores>

export function openForEachTest(open: OpenFresh, use: (stores: Stores) => void): void {
  beforeEach(async () => use(await open()))
}
