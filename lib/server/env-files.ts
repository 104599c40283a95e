// The `.env` files of the project's folder, read as Next reads them, for the processes that run before or without it.
import { join } from 'node:path'
import nextEnv from '@next/env'

/** What the environment has already stays. Faults in a file go to `say`. */
export function loadEnvFiles(say: (line: string) => void, { dev = false } = {}): void {
  nextEnv.loadEnvConfig(join(import.meta.dirname, '../..'), dev, { info: () => {}, error: say })
}
