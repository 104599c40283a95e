import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { days } from '../../core/clock.ts'
import type { Message } from '../../core/mail/message.ts'
import { openTestServices, type TestServices } from '../../services-for-test.ts'
import { images } from '../picture/images-for-test.ts'

let opened: TestServices
let posted: Message[]

async function open(env: Record<string, string> = {}) {
  opened = await openTestServices(env)
  for (const name of ['ada', 'bob']) await opened.addPerson(name)
  const { users } = opened.app.stores
  await users.changeStanding('ada', { role: 'admin' })
  const reader = { locale: 'en', timeZone: 'Asia/Tokyo' }
  await opened.app.pictures.save('bob', Buffer.from(images.pngPalette, 'base64'))
  await users.changeEmail('bob', { email: 'bob@example.org', emailVerifiedAt: 1, ...reader })
  posted = []
  vi.spyOn(opened.app.mail, 'post').mockImplementation(async (message) => void posted.push(message))
}
beforeEach(() => open())
afterEach(() => opened[Symbol.asyncDispose]())

const acts: Record<string, () => Promise<unknown>> = {
  'a role': () => opened.app.userAdmin.changeRole('bob', 'guest', 'ada'),
  'a suspension': () => opened.app.userAdmin.suspend('bob', { reason: 'secret', until: null }, 'ada'),
  'the end of a suspension': () => opened.app.userAdmin.resume('bob'),
  'a deletion': () => opened.app.userAdmin.delete('bob', 'ada'),
  'the return of an account': () => opened.app.userAdmin.restore('bob'),
  'the removal of a picture': () => opened.app.userAdmin.removePicture('bob'),
}

test('mails the user about each change of role, picture, suspension and deletion, in the user’s time zone [V6.3.7]', async () => {
  for (const act of Object.values(acts)) expect(await act()).toMatchObject({ ok: true })
  expect(posted.map(({ kind }) => kind)).toEqual([
    'role-changed',
    'suspended',
    'suspension-ended',
    'account-deleted-by-admin',
    'account-restored-by-admin',
    'picture-removed-by-admin',
  ])
  for (const message of posted) {
    expect(message).toMatchObject({
      to: 'bob@example.org',
      username: 'bob',
      by: { at: opened.app.clock(), userAgent: '', address: '' },
      reader: { locale: 'en', timeZone: 'Asia/Tokyo' },
    })
    expect(JSON.stringify(message)).not.toContain('secret')
  }
})

test('mails the user when a suspension runs out', async () => {
  const { userAdmin, clock } = opened.app
  await userAdmin.suspend('bob', { reason: 'x', until: clock() + days(1) }, 'ada')
  opened.advance(days(1))
  expect(await userAdmin.liftSuspensions()).toEqual(['bob'])
  expect(posted.at(-1)).toMatchObject({ kind: 'suspension-ended' })
})

test('sends no mail when nothing changed', async () => {
  const { userAdmin } = opened.app
  await userAdmin.changeRole('bob', 'member', 'ada')
  await userAdmin.resume('bob')
  await userAdmin.restore('bob')
  await userAdmin.suspend('bob', { reason: 'x', until: null }, 'bob')
  expect(posted).toEqual([])
})

test('sends no mail without a verified address or with alerts off', async () => {
  await opened.app.stores.users.update('bob', { emailVerifiedAt: null })
  for (const act of Object.values(acts)) await act()
  await opened[Symbol.asyncDispose]()
  await open({ SECURITY_NOTICES: 'off' })
  for (const act of Object.values(acts)) expect(await act()).toMatchObject({ ok: true })
  expect(posted).toEqual([])
})

test('completes the change when the mail cannot be queued', async () => {
  vi.spyOn(opened.app.mail, 'post').mockRejectedValue(new Error('no room'))
  for (const act of Object.values(acts)) expect(await act()).toMatchObject({ ok: true })
})
