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

test('reserves the old username for its owner for 90 days', async () => {
  const { accounts, usernames } = opened.app
  const { id } = await signedUp()
  expect(await usernames.rename(id, 'alicia')).toEqual({ ok: true, value: null })
  expect((await accounts.checkCredentials('alicia', alice.password, aLoginClient())).ok).toBe(true)
  expect((await accounts.checkCredentials('alice', alice.password, aLoginClient())).ok).toBe(false)
  expect(await accounts.signUp(alice)).toMatchObject({ code: 'username_taken' })
  expect(await usernames.rename(id, 'alice')).toEqual({ ok: true, value: null })
  await usernames.rename(id, 'alicia')
  opened.advance(days(90))
  expect((await accounts.signUp(alice)).ok).toBe(true)
})

test('rejects a taken username and a fourth change in a day', async () => {
  const { usernames } = opened.app
  const { id } = await signedUp()
  await opened.addPerson('bob')
  expect(await usernames.rename(id, 'bob')).toEqual({ ok: false, code: 'username_taken' })
  for (const name of ['a.1', 'a.2']) expect((await usernames.rename(id, name)).ok).toBe(true)
  expect(await usernames.rename(id, 'a.3')).toEqual({
    ok: false,
    code: 'rename_too_often',
    waitMs: expect.any(Number),
  })
  expect(await usernames.rename(id, 'a.2')).toEqual({ ok: true, value: null })
})
