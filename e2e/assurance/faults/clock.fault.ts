// Sets a site's wall clock back by a day, while it runs and between two runs. No session outlives its window by the
// monotonic clock. lib/auth/sessions/clock-steps.test.ts tests the same on each store.
import { expect, test } from 'vitest'
import { Client } from '#e2e/support/client.ts'
import { startServer } from '#e2e/support/server.ts'
import { hours, minutes } from '#lib/core/clock.ts'

test('the site itself: set back by a day while it runs and once more before its next start [T19]', async () => {
  const server = await startServer()
  const client = new Client(server.url)
  const person = await client.signUp()
  await server.advance(-hours(24))
  expect(await client.isSignedIn()).toBe(true)
  await server.advance(hours(24) + minutes(10))
  expect((await client.open('/profile')).location).toContain('reason=idle')

  await client.logIn(person)
  expect(await client.isSignedIn()).toBe(true)
  await server.stop()
  await server.advance(-hours(24))
  await server.restart()
  expect(await client.isSignedIn()).toBe(false)
  await client.logIn(person)
  expect(await client.isSignedIn()).toBe(true)
  await server.dispose()
})
