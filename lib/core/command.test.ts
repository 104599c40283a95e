import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { suspendUser } from '../features/user-admin/commands.ts'
import { changeUsername } from '../features/username/commands.ts'
import { openTestServices, type TestServices } from '../services-for-test.ts'
import { type Actor, command, execute, operatorActor } from './command.ts'

let opened: TestServices
let ada: Actor

beforeEach(async () => {
  opened = await openTestServices()
  await opened.addPerson('ada')
  await opened.addPerson('bob')
  const at = opened.app.clock()
  const by = { at, userAgent: '', address: '192.0.2.7', locale: 'en', timeZone: null } as const
  ada = {
    id: 'ada',
    role: 'admin',
    session: { id: 's', provedAt: at, authentications: ['password'] },
    isImpersonating: false,
    by,
  }
})
afterEach(() => opened[Symbol.asyncDispose]())

async function lastEntry() {
  const [entry] = await opened.app.audit.history('bob')
  return entry && { ...entry, detail: JSON.parse(entry.detail) }
}
const spam = { id: 'bob', reason: 'spam', lastDay: '' }

test('records success and refusal, with the actor and IP address', async () => {
  expect(await execute(suspendUser, ada, spam, opened.app)).toMatchObject({ ok: true, value: { status: 'suspended' } })
  const detail = { reason: 'spam', until: '' }
  const entry = { event: 'account.suspended', actorId: 'ada', subjectId: 'bob', network: '192.0.2.0/24' }
  expect(await lastEntry()).toMatchObject({ ...entry, outcome: 'done', detail })

  const past = { ...spam, lastDay: '2020-01-01' }
  expect(await execute(suspendUser, ada, past, opened.app)).toMatchObject({ ok: false, code: 'date_past' })
  const refusal = { reason: 'spam', until: '2020-01-01 UTC', code: 'date_past' }
  expect(await lastEntry()).toMatchObject({ ...entry, outcome: 'refused', detail: refusal })
})

test('records the operator, who needs no permission and no session', async () => {
  expect(await execute(suspendUser, operatorActor(opened.app.clock()), spam, opened.app)).toMatchObject({ ok: true })
  expect(await lastEntry()).toMatchObject({ actorId: 'operator', subjectId: 'bob', network: '' })
})

test('does not run with input that the schema rejects', async () => {
  const run = vi.fn()
  const input = z.strictObject({ id: z.string() })
  const counted = command({ name: 'x', permission: 'change-people', input, audit: 'account.resumed', run })
  for (const wrong of [null, {}, { id: 1 }, { id: 'bob', more: '' }]) {
    expect(await execute(counted, ada, wrong, opened.app)).toMatchObject({ code: 'input_invalid' })
  }
  expect(run).not.toHaveBeenCalled()
})

test('sends the alert after the change, and neither alert nor entry if nothing changed', async () => {
  await opened.app.stores.users.changeEmail('bob', { email: 'bob@example.org', emailVerifiedAt: 1 })
  const post = vi.spyOn(opened.app.mail, 'post')
  const bob: Actor = { ...ada, id: 'bob', role: 'member' }
  const rename = (username: string) => execute(changeUsername, bob, { username }, opened.app)
  expect(await rename('bob')).toMatchObject({ ok: true })
  expect(await lastEntry()).toBeUndefined()
  expect(await rename('ada')).toMatchObject({ code: 'username_taken' })
  expect(await lastEntry()).toMatchObject({
    event: 'account.renamed',
    outcome: 'refused',
    detail: { code: 'username_taken' },
  })
  expect(post).not.toHaveBeenCalled()
  expect(await rename('robert')).toMatchObject({ ok: true })
  expect(await lastEntry()).toMatchObject({ outcome: 'done', actorId: 'bob', subjectId: 'bob' })
  const sent = { kind: 'username-changed', to: 'bob@example.org', username: 'robert' }
  expect(post).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(sent), 0)
})

test('records at most ten denials in ten minutes', async () => {
  for (let n = 0; n < 12; n += 1) await execute(suspendUser, { ...ada, role: 'member' }, spam, opened.app)
  const entries = await opened.app.audit.history('ada')
  expect(entries.map(({ event, outcome, detail }) => `${event} ${outcome} ${detail}`)).toEqual(
    Array.from({ length: 10 }, () => 'access.denied refused {"act":"users.suspend"}'),
  )
})
