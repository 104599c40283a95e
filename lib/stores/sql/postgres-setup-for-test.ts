// One PostgreSQL server for a whole run of vitest; a run in which it can't start fails. Set TEST_POSTGRES_URL to use
// one that is there already: it is then left as it is, and has to let its user create databases.

import { startPostgres } from './postgres-for-test.ts'

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_POSTGRES_URL) return
  const server = await startPostgres()
  process.env.TEST_POSTGRES_URL = server.adminUrl
  return () => server.stop()
}
