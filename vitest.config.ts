import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['lib/**/*.test.ts', 'app/**/*.test.ts', 'middleware.test.ts', '.ci/**/*.test.ts'],
    globalSetup: 'lib/stores/sql/postgres-setup-for-test.ts',
    restoreMocks: true,
    // Vitest’s own choice on two cores is one file at a time; many of them wait for other processes.
    maxWorkers: 2,
    // For what hangs only: real databases and processes pause for seconds on a small machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 90_000 } },
  },
})
