// Finds a free port below the kernel's range for outgoing connections.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const worker = Number(process.env.TEST_PARALLEL_INDEX ?? 0) % 2

export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    // Two workers never find the same one before either uses it.
    const port = 2 * randomInt(10_000, 16_000) + worker
    if (await isFree(port)) return port
  }
  throw new Error('No free port between 20000 and 32000 in 50 attempts')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, () => probe.close(() => resolve(true)))
  })
}
