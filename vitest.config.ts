import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['lib/**/*.test.ts', 'app/**/*.test.ts', 'middleware.test.ts'],
    globalSetup: 'lib/stores/sql/postgres-setup-for-test.ts',
    restoreMocks: true,
  },
})
