// A process that opens the folder it is given, says so or why not, and stays until it is killed. Root may write
// everywhere: as `nobody` it gives that up first.

import { openJsonStores } from './open.ts'

const log = { info() {}, warn() {}, error() {} }
const takeOver = () => ({ users: [], refused: [], notes: [] })

if (process.argv[3] === 'nobody' && process.getuid?.() === 0) process.setuid?.('nobody')

try {
  const stores = await openJsonStores({ dir: process.argv[2] ?? '', log, takeOver })
  process.stdout.write('held\n')
  process.stdin.resume().once('end', () => stores.close())
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`)
}
