// Opens a folder with a long trail in a separate process, which a test gives little memory.
import { anEntry } from '#lib/stores/contract/samples.ts'

import { openJsonStores } from './open.ts'

const silent = { info() {}, warn() {}, error() {} }
const takeOver = () => ({ users: [], refused: [], notes: [] })
const { audit, dump, close } = await openJsonStores({ dir: process.argv[2] ?? '', takeOver, log: silent })
const any = { outcome: null, personId: null, since: null, until: null, before: null }
const listed = (await audit.list({ ...any, event: 'even', limit: 3 })).map(({ seq }) => seq)
const forgotten = await audit.forgetAddresses(10_000)
const dropped = await audit.dropBefore(5_001)
const { seq: added } = await audit.append(anEntry())
let dumped = 0
let withAddress = 0
for await (const stored of dump()) {
  if (stored.kind !== 'audit') continue
  dumped++
  if (stored.record.address !== '') withAddress++
}
await close()
process.stdout.write(JSON.stringify({ listed, forgotten, dropped, added, dumped, withAddress }))
