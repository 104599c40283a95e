import { describeSessionStore, describeUserStore } from '#lib/stores/contract.ts'

import { freshFolder } from './folder-for-test.ts'

const open = async () => (await freshFolder()).open()

describeUserStore('JSON files', open)
describeSessionStore('JSON files', open)
