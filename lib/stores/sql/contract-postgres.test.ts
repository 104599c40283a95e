import { afterAll, beforeAll } from 'vitest'

import { describeStores } from '#lib/stores/contract.ts'
import type { Stores } from '#lib/stores/types.ts'

import { openPostgresStores } from './open.ts'
import { createDatabase, type TestDatabase } from './postgres-for-test.ts'
import { logTo } from './stores-for-test.ts'

// One database for all tests, emptied before each: a new one takes half a second.
let database: TestDatabase
let stores: Stores
beforeAll(async () => {
  database = await createDatabase()
  stores = await openPostgresStores({ url: database.url, poolSize: 10, log: logTo() })
})
afterAll(async () => {
  await stores.close()
  await database.drop()
})

describeStores('PostgreSQL', async () => {
  await stores.replaceAll(nothing())
  return { ...stores, close: async () => {} }
})

async function* nothing(): AsyncGenerator<never> {}
