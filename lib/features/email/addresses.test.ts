import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { minutes, seconds } from '../../core/clock.ts'
import type { Message } from '../../core/mail/message.ts'
import { openTestServices, type StoreName, storeNames, type TestServices } from '../../services-for-test.ts'

const by = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null } as const

let opened: TestServices
let posted: Message[]
const open = async (store: StoreName = 'JSON') => {
  opened = await openTestServices({}, store)
  posted = []
  vi.spyOn(opened.app.mail, 'post').mockImplementation(async (message) => void posted.push(message))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  for (const name of ['alice', 'bob']) await opened.addPerson(name)
}
afterEach(async () => {
  vi.useRealTimers()
  await opened[Symbol.asyncDispose]()
})

const pass = (ms: number) => {
  opened.advance(ms)
  vi.setSystemTime(Date.now() + ms)
}
const give = async (id: string, address: string) => {
  pass(seconds(60))
  return opened.app.addresses.add(id, address, by)
}
const codeTo = (address: string): string => {
  const found = posted.findLast(({ to, kind }) => to === address && kind === 'verify-email')
  return found?.kind === 'verify-email' ? found.code : ''
}
const verify = (id: string, code: string) => opened.app.addresses.verify(id, code, by)
const prove = async (id: string, address: string) => {
  await give(id, address)
  return verify(id, codeTo(address))
}
const emailOf = async (id: string) => {
  const user = await opened.app.stores.users.find(id)
  return user && { email: user.email, isVerified: user.emailVerifiedAt !== null, newEmail: user.newEmail }
}
const wrong = (code: string) => String((Number(code) + 1) % 10 ** 8).padStart(8, '0')
const refusedAs = (code: string) => ({ ok: false, code })

describe.each(storeNames)('an address on %s', (store) => {
  beforeEach(() => open(store))

  test('belongs to one user in both spellings of its domain', async () => {
    await prove('alice', 'info@xn--h1alffa9f.xn--p1ai')
    await give('bob', 'Info@россия.рф')
    expect(posted.at(-1)).toMatchObject({ kind: 'address-in-use', username: 'alice' })
    expect(await give('alice', 'info@РОССИЯ.рф')).toEqual(refusedAs('address_same'))
    await opened.app.recovery.ask(' info@россия.рф ', by)
    expect(posted.at(-1)).toMatchObject({ kind: 'reset-password', username: 'alice' })
  })

  test('is stored as typed, and verified by its code', async () => {
    expect(await give('alice', 'Alice.L@Example.org')).toEqual({ ok: true, value: null })
    expect(await emailOf('alice')).toEqual({ email: 'Alice.L@Example.org', isVerified: false, newEmail: null })
    expect(posted).toEqual([
      {
        kind: 'verify-email',
        to: 'Alice.L@Example.org',
        username: 'alice',
        code: expect.stringMatching(/^\d{8}$/),
        by,
        reader: { locale: null, timeZone: null },
      },
    ])
    expect(await verify('alice', codeTo('Alice.L@Example.org'))).toEqual({ ok: true, value: 'added' })
    expect(await emailOf('alice')).toEqual({ email: 'Alice.L@Example.org', isVerified: true, newEmail: null })
  })

  test('is verified by one of twenty parallel requests with its code [V2.3.4, V6.5.1, T28]', async () => {
    await give('alice', 'a@example.org')
    const code = codeTo('a@example.org')
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify('alice', code)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await verify('alice', code)).toEqual(refusedAs('code_void'))
  })

  test('belongs to the user who verifies it; the other one keeps password and sessions', async () => {
    await give('alice', 'shared@example.org')
    await opened.app.sessions.start('alice')
    const before = await opened.app.stores.users.find('alice')
    expect(await prove('bob', 'SHARED@example.org')).toEqual({ ok: true, value: 'added' })
    expect(await verify('alice', codeTo('shared@example.org'))).toEqual(refusedAs('address_taken'))
    expect(await opened.app.stores.users.find('alice')).toEqual(before)
    expect(await opened.app.sessions.list('alice')).toHaveLength(1)
  })
})

test('sends at most twelve codes an hour to an address, from any number of accounts', async () => {
  await open()
  for (let n = 0; n < 12; n += 1) {
    await opened.addPerson(`person-${n}`)
    expect((await give(`person-${n}`, 'Victim@example.org')).ok).toBe(true)
  }
  expect(await give('alice', 'victim@EXAMPLE.org')).toMatchObject({ code: 'mail_too_soon' })
  expect(posted).toHaveLength(12)
  expect(await emailOf('alice')).toMatchObject({ email: null })
  // Codes of other accounts do not use up this user's own limit.
  expect((await give('alice', 'alice@example.org')).ok).toBe(true)
})

describe('an address', () => {
  beforeEach(() => open())

  test('verified by another user gets a notice instead of a code, and the requester learns nothing', async () => {
    await prove('bob', 'bob@example.org')
    posted.length = 0
    const reader = { locale: 'en', timeZone: 'Asia/Tokyo' }
    await opened.app.stores.users.update('bob', reader)
    expect(await give('alice', 'BOB@example.org')).toEqual({ ok: true, value: null })
    expect(posted).toEqual([{ kind: 'address-in-use', to: 'BOB@example.org', username: 'bob', by, reader }])
    expect(await verify('alice', '00000000')).toEqual(refusedAs('code_wrong'))
  })

  test('changes after its code is entered, with an alert to the old address [V6.3.7]', async () => {
    await prove('alice', 'old@example.org')
    expect(await give('alice', 'new@example.org')).toEqual({ ok: true, value: null })
    expect(await emailOf('alice')).toEqual({ email: 'old@example.org', isVerified: true, newEmail: 'new@example.org' })
    expect(await verify('alice', codeTo('new@example.org'))).toEqual({ ok: true, value: 'changed' })
    expect(await emailOf('alice')).toEqual({ email: 'new@example.org', isVerified: true, newEmail: null })
    expect(posted.at(-1)).toMatchObject({ kind: 'address-changed', to: 'old@example.org' })
  })

  test('is rejected if it is already the user’s own', async () => {
    await prove('alice', 'a@example.org')
    expect(await give('alice', 'A@example.org')).toEqual(refusedAs('address_same'))
  })

  test('is removed with a pending change, with an alert', async () => {
    await prove('alice', 'a@example.org')
    await give('alice', 'b@example.org')
    expect(await opened.app.addresses.remove('alice', by)).toEqual({ ok: true, value: null })
    expect(await opened.app.addresses.remove('alice', by)).toEqual({ ok: false, code: 'address_none' })
    expect(await emailOf('alice')).toEqual({ email: null, isVerified: false, newEmail: null })
    expect(posted.at(-1)).toMatchObject({ kind: 'address-removed', to: 'a@example.org' })
    expect(await verify('alice', codeTo('b@example.org'))).toEqual(refusedAs('code_void'))
  })
})

describe('a code', () => {
  beforeEach(async () => {
    await open()
    await give('alice', 'a@example.org')
  })

  test('is valid for ten minutes [V6.5.5, T28]', async () => {
    pass(minutes(10) - 1)
    expect(await verify('alice', wrong(codeTo('a@example.org')))).toEqual(refusedAs('code_wrong'))
    pass(1)
    expect(await verify('alice', codeTo('a@example.org'))).toEqual(refusedAs('code_void'))
  })

  test('allows five attempts, even in parallel [V6.6.3]', async () => {
    const code = codeTo('a@example.org')
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify('alice', wrong(code))))
    expect(answers.filter((answer) => !answer.ok && answer.code === 'code_wrong')).toHaveLength(5)
    expect(await verify('alice', code)).toEqual(refusedAs('code_void'))
    expect(await emailOf('alice')).toMatchObject({ isVerified: false })
  })

  test('works only for its user and address [V2.2.3, V6.6.2, T28]', async () => {
    const code = codeTo('a@example.org')
    expect(await verify('bob', code)).toEqual(refusedAs('code_void'))
    await give('alice', 'b@example.org')
    expect(await verify('alice', code)).toEqual(refusedAs('code_wrong'))
  })

  test('replaces the previous one, at most once a minute and five times an hour [V6.6.2, T28]', async () => {
    const first = codeTo('a@example.org')
    const resend = () => opened.app.addresses.sendCode('alice', by)
    pass(seconds(20))
    expect(await resend()).toEqual({ ok: false, code: 'mail_too_soon', waitMs: seconds(40) })
    for (let n = 2; n <= 5; n += 1) {
      pass(seconds(60))
      expect(await resend()).toEqual({ ok: true, value: null })
    }
    expect(await verify('alice', first)).toEqual(refusedAs('code_wrong'))
    pass(seconds(60))
    expect(await resend()).toMatchObject({ code: 'mail_too_soon' })
    expect(posted).toHaveLength(5)
    expect(await verify('alice', codeTo('a@example.org'))).toEqual({ ok: true, value: 'added' })
  })

  test('is stored neither in clear nor as an unkeyed hash [V6.5.2, V14.2.4, T28]', async () => {
    const code = codeTo('a@example.org')
    const { sha256 } = await import('../../core/crypto/hash.ts')
    const kept = JSON.stringify(await Array.fromAsync(opened.app.stores.dump()))
    expect(kept).toContain('verify-email')
    expect(kept).not.toContain(code)
    expect(kept).not.toContain(sha256(code))
  })
})
