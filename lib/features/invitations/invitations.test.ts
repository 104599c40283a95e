import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { days } from '../../core/clock.ts'
import { openTestServices, type TestServices } from '../../services-for-test.ts'

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

const password = 'Lantern over the quay 47'

describe('an invitation', () => {
  beforeEach(async () => {
    opened = await openTestServices()
    await opened.addPerson('ada')
    await opened.app.stores.users.changeStanding('ada', { role: 'admin' })
  })
  const make = (email: string | null = null) => opened.app.invitations.make({ role: 'guest', email, by: 'ada' })
  const accept = (token: string, username: string) => opened.app.invitations.accept(token, { username, password })

  test('creates one account of its role, even for twenty parallel requests [V6.4.1]', async () => {
    const { token, invitation } = await make()
    expect(await opened.app.invitations.find(token)).toEqual(invitation)
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => accept(token, `guest-${n}`)))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
    expect(outcomes.find(({ ok }) => ok)).toMatchObject({ value: { user: { role: 'guest', email: null } } })
    expect(await opened.app.invitations.find(token)).toBeNull()
    expect(await opened.app.invitations.list()).toEqual([])
  })

  test('that was mailed verifies the address, unless another user has', async () => {
    const first = await make('Guest@example.org')
    const second = await make('guest@EXAMPLE.org')
    expect(await accept(first.token, 'first')).toMatchObject({
      value: { user: { email: 'Guest@example.org', emailVerifiedAt: opened.app.clock() } },
    })
    expect(await accept(second.token, 'second')).toMatchObject({ value: { user: { email: null } } })
  })

  test('stays valid after a rejected sign-up', async () => {
    const { token } = await make()
    await opened.addPerson('bob')
    expect(await accept(token, 'bob')).toMatchObject({ code: 'username_taken' })
    expect(await opened.app.invitations.accept(token, { username: 'eve', password: '12345678' })).toMatchObject({
      code: 'password_guessable',
    })
    expect(await accept(token, 'eve')).toMatchObject({ ok: true })
  })

  test('can be withdrawn while a visitor keeps trying it', async () => {
    const { token, invitation } = await make()
    let isOver = false
    const tries: string[] = []
    const keepTrying = async () => {
      while (!isOver) {
        const outcome = await opened.app.invitations.accept(token, { username: 'eve', password: '12345678' })
        tries.push(outcome.ok ? 'made' : outcome.code)
        // A void link is rejected without a turn of the event loop, but the withdrawal needs one.
        await nextTurn()
      }
    }
    const trying = Promise.all([keepTrying(), keepTrying(), keepTrying()])
    await expect.poll(() => tries.length).toBeGreaterThan(3)
    expect(await opened.app.invitations.withdraw(invitation.id)).toBe(true)
    expect(await accept(token, 'eve')).toEqual({ ok: false, code: 'link_void' })
    isOver = true
    await trying
    expect(await accept(token, 'eve')).toEqual({ ok: false, code: 'link_void' })
    expect(new Set(tries).has('made')).toBe(false)
  })

  test('is listed, withdrawn, and void after seven days; its secret is not stored [V6.4.1, V6.5.2]', async () => {
    const { token, invitation } = await make()
    expect(await opened.app.invitations.list()).toEqual([invitation])
    expect(JSON.stringify(await Array.fromAsync(opened.app.stores.dump()))).not.toContain(token)
    expect(await opened.app.invitations.withdraw(invitation.id)).toBe(true)
    expect(await opened.app.invitations.withdraw(invitation.id)).toBe(false)
    expect(await accept(token, 'eve')).toEqual({ ok: false, code: 'link_void' })
    const late = await make()
    opened.advance(days(7))
    expect(await opened.app.invitations.find(late.token)).toBeNull()
    expect(await accept(late.token, 'eve')).toEqual({ ok: false, code: 'link_void' })
  })
})
