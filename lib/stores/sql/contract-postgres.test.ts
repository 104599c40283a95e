import { describeStores } from '#lib/stores/contract.ts'

import { freshPostgres } from './stores-for-test.ts'

describeStores('PostgreSQL', async () => (await freshPostgres()).open())
