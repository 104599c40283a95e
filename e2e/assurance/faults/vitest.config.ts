// The fault suite, separate from the other tests: it kills real processes, one test at a time.
import { defineConfig } from 'vitest/config'
import { isShort } from './scale.ts'

export default defineConfig({
  test: {
    include: ['e2e/assurance/faults/*.fault.ts'],
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: isShort ? 180_000 : 3_600_000,
    hookTimeout: 120_000,
    bail: 0,
  },
})
