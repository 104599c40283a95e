import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hours, minutes } from '../clock.ts'
import type { Message } from '../mail/message.ts'
import { anAttempter, openTestServices, type StoreName, storeNames, type TestServices } from '../services-for-test.ts'

const by = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null } as const
const reader = { locale: null, timeZone: null }
const password = 'tangerine-walrus-umbrella'
const another = 'marmalade-teapot-lighthouse'

let opened: TestServices
let posted: Message[]
let alice: string

async function open(store: StoreName = 'JSON') {
  opened = await openTestServices({}, store)
  posted = []
  const { app } = opened
  vi.spyOn(app.mail, 'post').mockImplementation(async (message) => void posted.push(message))
  const signedUp = await app.accounts.signUp({ username: 'alice', password })
  alice = signedUp.ok ? signedUp.value.id : ''
  await app.stores.users.update(alice, { email: 'Alice@example.org', emailVerifiedAt: 1 })
  await app.sessions.start(alice)
}
afterEach(() => opened[Symbol.asyncDispose]())

const ask = async (name = 'alice'): Promise<string> => {
  await opened.app.recovery.ask(name, by)
  return tokenOf('reset-password')
}
const tokenOf = (kind: Message['kind']): string => {
  const found = posted.findLast((message) => message.kind === kind)
  return found !== undefined && 'token' in found ? found.token : ''
}
const reset = (token: string, chosen = another) => opened.app.recovery.reset(token, chosen, by)
const logsIn = async (chosen: string) => (await opened.app.accounts.checkCredentials('alice', chosen, anAttempter())).ok
const sessionCount = async () => (await opened.app.sessions.list(alice)).length
const change = (fields: object) => opened.app.stores.users.update(alice, fields)
const isVoid = { ok: false, code: 'link_void' }

describe.each(storeNames)('a forgotten password on %s', (store) => {
  beforeEach(() => open(store))

  test('is replaced by a mailed link, once; every session ends, and the owner is told [V6.3.7, V7.4.3, V6.5.1]', async () => {
    const token = await ask()
    expect(posted).toEqual([{ kind: 'reset-password', to: 'Alice@example.org', username: 'alice', token, by, reader }])
    expect(await opened.app.recovery.find(token)).toEqual({ username: 'alice' })
    expect(await sessionCount()).toBe(1)
    expect(await reset(token)).toMatchObject({ ok: true })
    expect([await logsIn(another), await logsIn(password), await sessionCount()]).toEqual([true, false, 0])
    expect(posted.at(-1)).toMatchObject({ kind: 'password-changed', to: 'Alice@example.org' })
    expect(await reset(token)).toEqual(isVoid)
    expect(await opened.app.recovery.find(token)).toBeNull()
  })

  test('is set by one of twenty who use the link at once [V2.3.4, V6.5.1, T28]', async () => {
    const token = await ask()
    const chosen = Array.from({ length: 20 }, (_, n) => `${another} ${n}`)
    const answers = await Promise.all(chosen.map((one) => reset(token, one)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await logsIn(chosen[answers.findIndex(({ ok }) => ok)] ?? '')).toBe(true)
  })
})

describe('a link to a new password', () => {
  beforeEach(() => open())

  test.each(['alice', ' ALICE ', 'alice@EXAMPLE.org'])('is sent to whoever is called %j', async (name) => {
    expect(await ask(name)).not.toBe('')
  })

  test.each(['bob', 'bob@example.org', '@', '', '__proto__', 'alice@example.org\0'])(
    'is sent to nobody for %j',
    async (name) => {
      await ask(name)
      expect(posted).toEqual([])
    },
  )

  test.each([
    ['has no verified address', { emailVerifiedAt: null }],
    ['has no address', { email: null, emailVerifiedAt: null }],
    ['is suspended', { status: 'suspended' }],
  ])('is not sent to somebody who %s', async (_, fields) => {
    await change(fields)
    await ask()
    expect(posted).toEqual([])
  })

  test('is good for thirty minutes and no longer [T28]', async () => {
    const token = await ask()
    opened.advance(minutes(30) - 1)
    expect(await opened.app.recovery.find(token)).not.toBeNull()
    opened.advance(1)
    expect(await reset(token)).toEqual(isVoid)
  })

  test.each([
    ['the password', { passwordChangedAt: 5 }],
    ['the address', { email: 'other@example.org' }],
    ['whether the address is proved', { emailVerifiedAt: null }],
    ['who may log in', { status: 'suspended' }],
  ])('is void after a change of %s', async (_, fields) => {
    const token = await ask()
    await change(fields)
    expect(await reset(token)).toEqual(isVoid)
    expect(await opened.app.recovery.find(token)).toBeNull()
  })

  test('is void once another is sent, of which there are three an hour [T28]', async () => {
    const first = await ask()
    const second = await ask()
    expect(await reset(first)).toEqual(isVoid)
    await ask('alice@example.org')
    await ask()
    expect(posted).toHaveLength(3)
    expect(await opened.app.recovery.find(second)).toBeNull()
  })

  test('outlives a password that is refused', async () => {
    const token = await ask()
    expect(await reset(token, 'password123')).toMatchObject({ ok: false, code: 'password_guessable' })
    expect(await reset(token)).toMatchObject({ ok: true })
  })

  test('stands in the store as a hash alone [V6.5.2, V14.2.4, T28]', async () => {
    const token = await ask()
    expect(JSON.stringify(await Array.fromAsync(opened.app.stores.dump()))).not.toContain(token)
  })
})

describe('"this was not me"', () => {
  beforeEach(() => open())
  const tell = async () => {
    const user = await opened.app.stores.users.find(alice)
    if (user !== null) await opened.app.notices.tell(user, 'address-changed', by)
    return tokenOf('address-changed')
  }
  const disown = (token: string) => opened.app.recovery.disown(token, by)

  test('gives the address back, ends every session and begins a reset, once', async () => {
    const token = await tell()
    await change({ email: 'thief@example.net', newEmail: 'second@example.net', emailVerifiedAt: 9 })
    expect(await opened.app.recovery.findNotice(token)).toEqual({ username: 'alice' })
    expect(await disown(token)).toMatchObject({ ok: true })
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ email: 'Alice@example.org', newEmail: null })
    expect(await sessionCount()).toBe(0)
    expect(posted.at(-1)).toMatchObject({ kind: 'reset-password', to: 'Alice@example.org' })
    expect(await reset(tokenOf('reset-password'))).toMatchObject({ ok: true })
    expect(await disown(token)).toEqual(isVoid)
  })

  test('works for the first owner after a thief changed the address twice', async () => {
    const token = await tell()
    await change({ email: 'thief@example.net' })
    await tell()
    await change({ email: 'second@example.net' })
    await disown(token)
    expect(await opened.app.stores.users.find(alice)).toMatchObject({ email: 'Alice@example.org' })
  })

  test('brings a deleted account back', async () => {
    const token = await tell()
    await opened.app.accounts.delete(alice)
    await disown(token)
    expect(await opened.app.accounts.findActive(alice)).not.toBeNull()
  })

  test('takes no address from somebody who proved it meanwhile, and ends the sessions all the same', async () => {
    const token = await tell()
    await change({ email: 'other@example.org' })
    await opened.addPerson('bob')
    await opened.app.stores.users.update('bob', { email: 'alice@example.org', emailVerifiedAt: 7 })
    posted.length = 0
    expect(await disown(token)).toMatchObject({ ok: true })
    expect(await sessionCount()).toBe(0)
    expect(posted).toEqual([])
  })

  test('is good for 72 hours and no longer', async () => {
    const token = await tell()
    opened.advance(hours(72))
    expect(await opened.app.recovery.findNotice(token)).toBeNull()
    expect(await disown(token)).toEqual(isVoid)
  })
})

test('notices go to nobody without a verified address, and never hold up what they tell of', async () => {
  await open()
  const user = await opened.app.stores.users.find(alice)
  if (user === null) throw new Error('alice is gone')
  await opened.app.notices.tell({ ...user, emailVerifiedAt: null }, 'new-device', by)
  expect(posted).toEqual([])
  vi.spyOn(opened.app.mail, 'post').mockRejectedValue(new Error('no room'))
  await opened.app.notices.tell(user, 'new-device', by)
})

test('notices can be switched off for a whole site', async () => {
  opened = await openTestServices({ SECURITY_NOTICES: 'off' })
  const post = vi.spyOn(opened.app.mail, 'post')
  const told = {
    id: 'alice',
    username: 'alice',
    email: 'alice@example.org',
    emailVerifiedAt: 1,
    locale: null,
    timeZone: null,
  }
  await opened.app.notices.tell(told, 'new-device', by)
  expect(post).not.toHaveBeenCalled()
})
