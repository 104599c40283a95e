// Keeps “today” today for the length of a test.
import { minutes } from '#e2e/support/durations.ts'
import type { TestServer } from '#e2e/support/server.ts'

/** Moves the server past the next full hour if that is near: midnight in every zone of the tests is one. */
export async function leaveMidnightBehind(server: Pick<TestServer, 'now' | 'advance'>): Promise<void> {
  const left = minutes(60) - (server.now() % minutes(60))
  if (left < minutes(10)) await server.advance(left)
}
