import { afterEach, beforeEach, expect, test } from 'vitest'
import { days } from '../../core/clock.ts'
import { aLoginClient, openTestServices, type TestServices } from '../../services-for-test.ts'

const alice = { username: 'alice', password: 'tangerine-walrus-umbrella' }

let opened: TestServices
beforeEach(async () => {
  opened = await openTestServices()
})
afterEach(() => opened[Symbol.asyncDispose]())

const signedUp = async () => {
  const outcome = await opened.app.accounts.signUp(alice)
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value
}

test('a deleted account is hidden and restored by a log-in within 14 days', async () => {
  const { accounts, accountDeletion } = opened.app
  const user = await signedUp()
  expect(await accountDeletion.delete(user.id)).toMatchObject({ ok: true, value: { username: 'alice' } })
  expect(await accounts.findActive(user.id)).toBeNull()
  expect(
    await accounts.findOwner({ userId: user.id, passwordChangedAt: null, factorsChangedAt: null, provedAt: 0 }),
  ).toEqual({
    ok: false,
    code: 'ended',
  })
  expect(await accountDeletion.delete(user.id)).toEqual({ ok: false, code: 'person_gone' })
  opened.advance(days(14) - 1)
  expect(await accountDeletion.erase()).toEqual([])
  const known = await accounts.checkCredentials('alice', alice.password, aLoginClient())
  expect(known).toMatchObject({ ok: true, value: { deletedAt: expect.any(Number) } })
  expect(await accountDeletion.restore(user.id)).toBe(true)
  expect(await accounts.findActive(user.id)).toMatchObject({ username: 'alice', deletedAt: null })
  opened.advance(days(14))
  expect(await accountDeletion.erase()).toEqual([])
})

test('a deleted account is erased after 14 days and its username reserved for 90 more [V14.2.7]', async () => {
  const { accounts, stores, accountDeletion } = opened.app
  const { id } = await signedUp()
  await accountDeletion.delete(id)
  opened.advance(days(14) + 1)
  expect((await accounts.checkCredentials('alice', alice.password, aLoginClient())).ok).toBe(false)
  expect(await accountDeletion.erase()).toHaveLength(1)
  expect(await stores.users.find(id)).toBeNull()
  expect(await accountDeletion.restore(id)).toBe(false)
  expect(await accounts.signUp(alice)).toMatchObject({ code: 'username_taken' })
  opened.advance(days(90))
  await accountDeletion.erase()
  expect(await Array.fromAsync(stores.dump())).toEqual([])
  expect((await accounts.signUp(alice)).ok).toBe(true)
})

test('a deletion dated by a fast clock counts from when the job first sees it', async () => {
  const { accountDeletion } = opened.app
  const { id } = await signedUp()
  opened.stepClock(days(30))
  await accountDeletion.delete(id)
  opened.stepClock(-days(30))
  expect(await accountDeletion.erase()).toEqual([])
  opened.advance(days(14) + 1)
  expect(await accountDeletion.erase()).toEqual([id])
})

test('the last administrator cannot delete the account', async () => {
  const { id } = await signedUp()
  await opened.app.stores.users.changeStanding(id, { role: 'admin' })
  expect(await opened.app.accountDeletion.delete(id)).toEqual({ ok: false, code: 'last_admin' })
})
