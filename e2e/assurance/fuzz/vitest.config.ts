// The fuzz tests, separate from the others: they need the production build and a server.
import { defineConfig } from 'vitest/config'
import { atOnce } from './scale.ts'

export default defineConfig({
  test: {
    include: ['e2e/assurance/fuzz/*.fuzz.ts'],
    fileParallelism: false,
    maxWorkers: 1,
    maxConcurrency: atOnce,
    testTimeout: 6 * 3_600_000,
    hookTimeout: 600_000,
    bail: 0,
  },
})
