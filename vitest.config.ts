import { defineConfig } from 'vitest/config'

/** They replace modules of Node or of packages, which no other file may meet. */
const mocking = [
  'lib/core/crypto/password.test.ts',
  'lib/core/files/durable-file.test.ts',
  'lib/stores/json/folder-lock-link.test.ts',
]

const long = 'lib/**/*.long.test.ts'

export default defineConfig({
  test: {
    globalSetup: 'lib/stores/sql/postgres-setup-for-test.ts',
    restoreMocks: true,
    // Vitest’s own choice on two cores is one file at a time; many of them wait for other processes.
    maxWorkers: 2,
    // For what hangs only: real databases and processes pause for seconds on a small machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 90_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['lib/**/*.test.ts', 'app/**/*.test.ts', 'middleware.test.ts', '.ci/**/*.test.ts'],
          exclude: [...mocking, long],
          // Files share a process, its modules and its word lists: loading them for each took as long as the tests.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'mocking', include: mocking } },
      { extends: true, test: { name: 'long', include: [long] } },
    ],
  },
})
