// The fault suite, apart from the other tests: real processes are killed, so that one runs at a time and takes its time.
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
