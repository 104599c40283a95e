import { describeStores } from '#lib/stores/contract.ts'

import { freshFolder } from './folder-for-test.ts'

describeStores('JSON files', async () => (await freshFolder()).open())
