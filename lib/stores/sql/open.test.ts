import { describe, expect, it } from 'vitest'

import { aSession, aToken, aUser, everybody } from '#lib/stores/contract/samples.ts'

import { bothKinds } from './stores-for-test.ts'

describe.each(bothKinds)('stores in %s', (name, fresh) => {
  it('report their location without a password', async () => {
    const { location, open } = await fresh()
    const { description } = await open()
    expect(description).toMatch(new RegExp(`^${name} (in /.*/site\\.db|database test_\\w+ at 127\\.0\\.0\\.1:\\d+)$`))
    expect(description).not.toContain(URL.parse(location)?.password || 'nobody’s')
  })

  it('are not ready once closed, although they were a moment ago', async () => {
    const { open } = await fresh()
    const stores = await open()
    await stores.checkReady()
    await stores.close()
    await stores.close()
    await expect(stores.checkReady()).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('treat SQL in input as a value [V1.2.4]', async () => {
    const { open } = await fresh()
    const { users, sessions, tokens } = await open()
    const text = `'); drop table users; -- " \` $1 ? :id @id`
    const user = aUser({ id: text, username: text, email: text, profile: { fullName: text, bio: text, age: 1 } })
    await users.insert(user)
    expect(await users.list({ ...everybody, search: text, limit: 9 })).toEqual([user])
    expect(await users.update(text, { passwordHash: text }, { email: text })).toEqual({ ...user, passwordHash: text })
    await sessions.insert(aSession({ id: text, userId: text }))
    expect(await sessions.end([text], 'ended', 3_000)).toBe(1)
    await tokens.put(aToken({ id: text, purpose: text, subject: text, detail: text }))
    expect(await tokens.take(text, text, 1)).toMatchObject({ detail: text })
  })

  it('forget thousands of ended sessions in one call, and no other', async () => {
    const { open } = await fresh()
    const stores = await open()
    await stores.replaceAll(
      (async function* () {
        for (let n = 0; n < 2_500; n += 1)
          yield { kind: 'ended', record: { id: `old-${n}`, reason: 'idle', at: n } } as const
      })(),
    )
    await stores.sessions.forgetEnded(2_400)
    expect(await Array.fromAsync(stores.dump())).toHaveLength(100)
  })

  it('end thousands of sessions in one call', async () => {
    const { open } = await fresh()
    const stores = await open()
    const ids = Array.from({ length: 2_500 }, (_, n) => `session-${n}`)
    await stores.replaceAll(
      (async function* () {
        yield { kind: 'user', record: aUser() } as const
        for (const id of ids) yield { kind: 'session', record: aSession({ id }) } as const
      })(),
    )
    expect(await stores.sessions.end(ids, 'idle', 3_000)).toBe(2_500)
    expect(await stores.sessions.listByUser('id-of-alice')).toEqual([])
  })
})
