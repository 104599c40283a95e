import { expect, test } from 'vitest'
import { openTestServices } from '../../services-for-test.ts'
import { aProfile } from '../../stores/contract/samples.ts'
import { exportUser } from './export.ts'

test('exports everything about the user except what an attacker could use [V15.3.1]', async () => {
  await using opened = await openTestServices()
  const { accounts, sessions, stores, clock } = opened.app
  const made = await accounts.signUp({ username: 'alice', password: 'tangerine-walrus-umbrella' })
  const id = made.ok ? made.value.id : ''
  await stores.users.update(id, { profile: aProfile({ fullName: 'Alice Liddell', bio: 'Curious', age: 7 }) })
  await stores.users.changeEmail(id, { email: 'alice@example.org', emailVerifiedAt: 5 })
  const { session } = await sessions.start(id, { userAgent: 'Test/1.0', address: '192.0.2.7' })
  const everything = await exportUser(id, stores, clock)
  const { passwordHash = '' } = (await stores.users.find(id)) ?? {}
  expect(JSON.stringify(everything)).not.toMatch(new RegExp(`${session.id}|${RegExp.escape(passwordHash)}`))
  expect(everything).toMatchObject({
    exportedAt: '2026-01-01T09:00:00.000Z',
    person: { username: 'alice', email: 'alice@example.org', profile: { fullName: 'Alice Liddell' }, role: 'member' },
    sessions: [{ userAgent: 'Test/1.0', address: '192.0.2.7', createdAt: '2026-01-01T09:00:00.000Z' }],
  })
})
