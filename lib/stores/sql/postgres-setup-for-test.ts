// One PostgreSQL server for a whole vitest run, which fails if the server cannot start. Set TEST_POSTGRES_URL to use an
// existing one: it stays as it is, and its user must be able to create databases.

import { startPostgres } from './postgres-for-test.ts'

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_POSTGRES_URL) return
  const server = await startPostgres()
  process.env.TEST_POSTGRES_URL = server.adminUrl
  return () => server.stop()
}
