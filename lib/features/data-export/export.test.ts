import { expect, test } from 'vitest'
import { passkeyUseId, totpUseId } from '../../auth/credential-uses.ts'
import { sha256 } from '../../core/crypto/hash.ts'
import { openTestServices } from '../../services-for-test.ts'
import { aPasskey, aProfile } from '../../stores/contract/samples.ts'
import { exportUser } from './export.ts'

test('exports everything about the user except what an attacker could use [V15.3.1]', async () => {
  await using opened = await openTestServices()
  const { accounts, rememberedBrowsers, sessions, stores, clock } = opened.app
  const made = await accounts.signUp({ username: 'alice', password: 'tangerine-walrus-umbrella' })
  const id = made.ok ? made.value.id : ''
  await stores.users.update(id, { profile: aProfile({ fullName: 'Alice Liddell', bio: 'Curious', age: 7 }) })
  await stores.users.changeEmail(id, { email: 'alice@example.org', emailVerifiedAt: 5 })
  const totp = { sealed: 'a-sealed-key', createdAt: 1 }
  const recoveryCodes = [{ beginning: 'ab', hash: 'a-code-hash' }]
  await stores.users.update(id, { totp, recoveryCodes, passkeys: [aPasskey({ name: 'Laptop', createdAt: 2 })] })
  const user = await accounts.findActive(id)
  if (user === null) throw new Error('Alice is gone.')
  const browser = { at: 0, userAgent: 'Test/2.0', address: '192.0.2.8', locale: 'en', timeZone: null } as const
  const remembered = await rememberedBrowsers.remember(user, browser)
  const use = { userId: id, mark: 1, usedAt: 5 }
  await stores.credentialUses.advance({ ...use, id: totpUseId(id) })
  await stores.credentialUses.advance({ ...use, id: passkeyUseId(aPasskey().id), usedAt: 6 })
  const { session } = await sessions.start(id, { userAgent: 'Test/1.0', address: '192.0.2.7' })
  await stores.collections.picture.put({ id, version: 'v1', image: 'UklGRg==', savedAt: 7 })
  const everything = await exportUser(id, stores, clock)
  const { passwordHash = '' } = (await stores.users.find(id)) ?? {}
  const text = JSON.stringify(everything)
  expect(text).not.toMatch(new RegExp(`${session.id}|${RegExp.escape(passwordHash)}`))
  expect(text).not.toMatch(/a-sealed-key|a-code-hash|beginning/)
  for (const secret of [aPasskey().publicKey, sha256(remembered), remembered]) expect(text).not.toContain(secret)
  expect(everything).toMatchObject({
    exportedAt: '2026-01-01T09:00:00.000Z',
    person: { username: 'alice', email: 'alice@example.org', profile: { fullName: 'Alice Liddell' }, role: 'member' },
    picture: { savedAt: '1970-01-01T00:00:00.007Z', image: 'UklGRg==' },
    secondFactors: {
      authenticatorApp: { addedAt: '1970-01-01T00:00:00.001Z', lastUsedAt: '1970-01-01T00:00:00.005Z' },
      recoveryCodesLeft: 1,
      passkeys: [{ name: 'Laptop', addedAt: '1970-01-01T00:00:00.002Z', lastUsedAt: '1970-01-01T00:00:00.006Z' }],
      rememberedBrowsers: [{ userAgent: 'Test/2.0', createdAt: '2026-01-01T09:00:00.000Z' }],
    },
    sessions: [{ userAgent: 'Test/1.0', address: '192.0.2.7', createdAt: '2026-01-01T09:00:00.000Z' }],
  })
})
