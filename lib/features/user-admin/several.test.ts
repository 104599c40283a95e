import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { anything } from '../../core/audit/audit.ts'
import { minutes } from '../../core/clock.ts'
import { type Actor, execute } from '../../core/command.ts'
import { openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { changeRoleOfSeveral, endSessionsOfSeveral, exportUsers, suspendSeveral } from './commands.ts'
import { selectedAtMost } from './several.ts'

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

function anAdmin(provedAt = opened.app.clock()): Actor {
  const by = { at: opened.app.clock(), userAgent: '', address: '', locale: 'en', timeZone: null } as const
  const session = { id: 's', provedAt, authentications: [] }
  return { id: 'ada', role: 'admin', session, isImpersonating: false, by }
}

describe.each(storeNames)('acts on several users on %s', (store) => {
  beforeEach(async () => {
    opened = await openTestServices({ LIMITS: 'on' }, store)
    for (const name of ['ada', 'bob', 'cy']) await opened.addPerson(name)
    await opened.app.stores.users.changeStanding('ada', { role: 'admin' })
  })
  const entries = async () =>
    (await opened.app.audit.list({ ...anything, limit: 50 })).map(
      ({ event, outcome, subjectId }) => `${event} ${outcome} ${subjectId}`,
    )

  test('change and record each of them, and leave the admin as they are [V16.2.1]', async () => {
    const changed = await execute(changeRoleOfSeveral, anAdmin(), { ids: 'bob,ada,cy,bob', role: 'guest' }, opened.app)
    expect(changed).toMatchObject({ ok: true, value: { count: 2, left: 1, refusals: ['yourself'] } })
    const roles = (await opened.app.userAdmin.findMany(['ada', 'bob', 'cy'])).map(({ id, role }) => `${id} ${role}`)
    expect(roles.toSorted()).toEqual(['ada admin', 'bob guest', 'cy guest'])
    expect((await entries()).toSorted()).toEqual(['account.role_changed done bob', 'account.role_changed done cy'])
  })

  test('end their sessions, and suspend them with the reason', async () => {
    const { sessions, userAdmin } = opened.app
    await sessions.start('bob')
    await sessions.start('ada')
    const ended = await execute(endSessionsOfSeveral, anAdmin(), { ids: 'bob,ada,cy' }, opened.app)
    expect(ended).toMatchObject({ value: { count: 2, left: 1, refusals: ['yourself'] } })
    expect(await sessions.list('bob')).toEqual([])
    expect(await sessions.list('ada')).toHaveLength(1)
    const suspension = { ids: 'bob,nobody', reason: 'spam', lastDay: '' }
    const suspended = await execute(suspendSeveral, anAdmin(), suspension, opened.app)
    expect(suspended).toMatchObject({ value: { count: 1, left: 1, refusals: ['person_gone'] } })
    expect(await userAdmin.find('bob')).toMatchObject({ status: 'suspended', suspendReason: 'spam' })
  })

  test('suspend to the end of a day where the admin is', async () => {
    const { userAdmin } = opened.app
    const admin = anAdmin()
    const endsAt = async (ids: string, timeZone: string | null) => {
      const actor = { ...admin, by: { ...admin.by, timeZone } }
      await execute(suspendSeveral, actor, { ids, reason: 'spam', lastDay: '2026-11-30' }, opened.app)
      return new Date((await userAdmin.find(ids))?.suspendedUntil ?? 0).toISOString()
    }
    expect(await endsAt('bob', 'Europe/Vienna')).toBe('2026-11-30T23:00:00.000Z')
    expect(await endsAt('cy', null)).toBe('2026-12-01T00:00:00.000Z')
  })

  test('need a recent password check, the permission and a valid selection [V7.5.3, V8.2.1]', async () => {
    const codeOf = async (actor: Actor, ids: string) => {
      const outcome = await execute(endSessionsOfSeveral, actor, { ids }, opened.app)
      return outcome.ok ? null : outcome.code
    }
    expect(await codeOf(anAdmin(opened.app.clock() - minutes(5)), 'bob')).toBe('reauthentication_required')
    expect(await codeOf({ ...anAdmin(), role: 'member' }, 'bob')).toBe('not_allowed')
    const tooMany = Array.from({ length: selectedAtMost + 1 }, (_, n) => `u${n}`).join(',')
    for (const ids of ['', ',', 'bob,', 'bob cy', 'b\u0000b', tooMany])
      expect(await codeOf(anAdmin(), ids)).toBe('input_invalid')
  })

  test('stop at 120 people in ten minutes [V2.4.1]', async () => {
    const ids = Array.from({ length: selectedAtMost }, (_, n) => `u${n}`).join(',')
    for (const _ of [1, 2]) await execute(endSessionsOfSeveral, anAdmin(), { ids }, opened.app)
    const third = await execute(endSessionsOfSeveral, anAdmin(), { ids }, opened.app)
    expect(third).toMatchObject({ value: { count: 20, left: 30, refusals: ['selection_too_often'] } })
  })

  test('download lists five times an hour', async () => {
    const download = () => execute(exportUsers, anAdmin(), { which: 'listed' }, opened.app)
    for (let time = 0; time < 5; time++) expect(await download()).toMatchObject({ ok: true })
    expect(await download()).toMatchObject({ ok: false, code: 'export_too_often' })
    expect(await entries()).toEqual(Array(5).fill('people.exported done null'))
  })
})

test.each(storeNames)('finds when users were last active, by session or audit trail, on %s', async (store) => {
  opened = await openTestServices({}, store)
  for (const name of ['ada', 'bob', 'cy']) await opened.addPerson(name)
  const { audit, sessions, userAdmin, clock } = opened.app
  const recordedAt = clock()
  await audit.record({ event: 'profile.changed', actorId: 'ada', subjectId: 'ada' })
  await audit.record({ event: 'profile.changed', actorId: 'bob', subjectId: 'bob' })
  await audit.record({ event: 'account.unlocked', actorId: 'ada', subjectId: 'cy' })
  opened.advance(minutes(3))
  await sessions.start('bob')
  expect([...(await userAdmin.findLastActive(['ada', 'bob', 'cy']))].toSorted()).toEqual([
    ['ada', recordedAt],
    ['bob', recordedAt + minutes(3)],
  ])
})
