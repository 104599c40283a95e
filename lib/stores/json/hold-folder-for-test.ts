// A process that opens the given folder, reports the result and stays until it is killed. As `nobody` it drops root
// first, because root can write everywhere.

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
