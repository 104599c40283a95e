import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { anything } from '../../core/audit/audit.ts'
import { minutes } from '../../core/clock.ts'
import { type Actor, execute } from '../../core/command.ts'
import { rules } from '../../core/rate-limits/rate-limits.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { addUser } from './commands.ts'

const by = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null } as const
const password = 'tangerine-walrus-umbrella'

let opened: TestServices

function anAdmin(provedAt = opened.app.clock()): Actor {
  return { id: 'ada', role: 'admin', session: { id: 's', provedAt, authentications: [] }, isImpersonating: false, by }
}

const add = (fields: object = {}, actor = anAdmin()) =>
  execute(addUser, actor, { username: 'Bob', fullName: '', email: '', role: 'member', ...fields }, opened.app)

describe.each(storeNames)('an administrator creates an account on %s', (store) => {
  afterEach(() => opened[Symbol.asyncDispose]())
  beforeEach(async () => {
    opened = await openTestServices({ LIMITS: 'on' }, store)
    await opened.addPerson('ada')
    await opened.app.stores.users.changeStanding('ada', { role: 'admin' })
  })

  test('with a link for the first password, both recorded [V6.4.1, V16.2.1]', async () => {
    const added = await add({ fullName: ' Bob Ross ', email: 'bob@example.org', role: 'guest' })
    if (!added.ok || added.value.token === null) throw new Error('no link')
    const { id, token } = added.value
    expect(await opened.app.stores.users.find(id)).toMatchObject({
      username: 'bob',
      role: 'guest',
      email: 'bob@example.org',
      emailVerifiedAt: null,
      profile: { fullName: 'Bob Ross' },
    })
    expect(await opened.app.recovery.reset(token, password, by)).toEqual({ ok: true, value: id })
    expect(await opened.app.accounts.checkCredentials('bob', password, aLoginClient())).toMatchObject({ ok: true })
    const entries = await opened.app.audit.list({ ...anything, limit: 50 })
    expect(entries.map(({ event, actorId, subjectId }) => [event, actorId, subjectId]).toReversed()).toEqual([
      ['account.created', 'ada', id],
      ['password.reset_started', 'ada', id],
    ])
  })

  test('but no second one with that username, and no administrator', async () => {
    await add()
    expect(await add({ username: 'BOB' })).toMatchObject({ ok: false, code: 'username_taken' })
    expect(await add({ username: 'carol', role: 'admin' })).toMatchObject({ ok: false, code: 'input_invalid' })
    expect(await opened.app.stores.users.findByUsername('carol')).toBeNull()
  })

  test('only with the permission and a recent password check [V7.5.3, V8.2.1]', async () => {
    expect(await add({}, { ...anAdmin(), role: 'member' })).toMatchObject({ code: 'not_allowed' })
    expect(await add({}, { ...anAdmin(), isImpersonating: true })).toMatchObject({ code: 'not_allowed' })
    expect(await add({}, anAdmin(opened.app.clock() - minutes(5)))).toMatchObject({ code: 'reauthentication_required' })
    expect(await opened.app.stores.users.findByUsername('bob')).toBeNull()
  })
})

test('accounts that were created use up the limit, and so do attempts [V2.4.1]', async () => {
  await using services = await openTestServices({ LIMITS: 'on' })
  opened = services
  await opened.addPerson('ada')
  await opened.app.stores.users.changeStanding('ada', { role: 'admin' })
  const { most } = rules['account-added']
  for (let n = 1; n < most; n++) await opened.app.rateLimits.take('account-added', 'ada')
  expect(await add()).toMatchObject({ ok: true })
  expect(await add({ username: 'carol' })).toMatchObject({ ok: false, code: 'accounts_added_too_often' })
})

test.each([
  ['username', 'x', 'username_rule'],
  ['fullName', 'a\nb', 'full_name_characters'],
  ['email', 'a@b@c', 'email_rule'],
  ['role', 'root', 'role_rule'],
])('rejects the %s %j', (field, value, code) => {
  const parsed = addUser.input.safeParse({ username: 'bob', fullName: '', email: '', role: 'member', [field]: value })
  expect(parsed.error?.issues.map(({ path, message }) => [path[0], message])).toEqual([[field, code]])
})
