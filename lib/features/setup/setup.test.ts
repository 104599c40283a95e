import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestServices, type TestServices } from '../../services-for-test.ts'

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

const password = 'Lantern over the quay 47'

describe('the set-up link', () => {
  beforeEach(async () => {
    opened = await openTestServices()
  })
  const finish = (token: string, username: string) => opened.app.setup.finish(token, { username, password })

  test('creates one admin, even for twenty parallel requests, and is not offered again [V6.4.1, V6.5.1, T28, T29]', async () => {
    const { setup } = opened.app
    const token = (await setup.offer()) ?? ''
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(await setup.isGood(token)).toBe(true)
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => finish(token, `admin-${n}`)))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
    expect(outcomes.find(({ ok }) => ok)).toMatchObject({ value: { role: 'admin' } })
    expect(await setup.isGood(token)).toBe(false)
    expect(await setup.offer()).toBeNull()
  })

  test('is void once another way created an admin, or another link was printed [V6.4.1]', async () => {
    const { setup, accounts } = opened.app
    const first = (await setup.offer()) ?? ''
    const second = (await setup.offer()) ?? ''
    expect(await setup.isGood(first)).toBe(false)
    expect(await finish(first, 'eve')).toEqual({ ok: false, code: 'link_void' })
    await accounts.signUp({ username: 'ada', password, role: 'admin' })
    expect(await setup.isGood(second)).toBe(false)
    expect(await finish(second, 'eve')).toEqual({ ok: false, code: 'link_void' })
  })

  test('stays valid after a rejected account', async () => {
    const token = (await opened.app.setup.offer()) ?? ''
    await opened.addPerson('bob')
    expect(await finish(token, 'bob')).toMatchObject({ code: 'username_taken' })
    expect(await finish(token, 'ada')).toMatchObject({ ok: true })
  })
})
