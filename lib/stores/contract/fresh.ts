// A fresh store for every test of the contract.

import { afterEach, beforeEach } from 'vitest'

import type { Stores } from '#lib/stores/types.ts'

/** Opens fresh, empty stores for one test, which closes them; what they leave behind is the caller's to remove. */
export type OpenFresh = () => Promise<Stores>

export function openForEachTest(open: OpenFresh, use: (stores: Stores) => void): void {
  let stores: Stores
  beforeEach(async () => {
    stores = await open()
    use(stores)
  })
  afterEach(() => stores.close())
}
