import { describeStores } from '#lib/stores/contract.ts'

import { freshSqlite } from './stores-for-test.ts'

describeStores('SQLite', async () => (await freshSqlite()).open())
