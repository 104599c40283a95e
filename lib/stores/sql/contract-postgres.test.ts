import { afterAll, beforeAll } from 'vitest'

import { describeStores } from '#lib/stores/contract.ts'
import type { Stores } from '#lib/stores/types.ts'

import { openPostgresStores } from './open.ts'
import { createDatabase, type TestDatabase } from './postgres-for-test.ts'
import { logTo } from './stores-for-test.ts'

// One database for all tests, emptied before each: a new one takes half a second.
let database: TestDatabase
let opened: Stores | null = null
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(async () => {
  await opened?.close()
  await database.drop()
})

describeStores('PostgreSQL', async () => {
  const stores = opened ?? (await openPostgresStores({ url: database.url, poolSize: 10, log: logTo() }))
  opened = stores
  await stores.replaceAll(nothing())
  const close = () => {
    opened = null
    return stores.close()
  }
  return { ...stores, close }
})

async function* nothing(): AsyncGenerator<never> {}
