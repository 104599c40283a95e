import { afterEach, expect, test, vi } from 'vitest'
import { totpUseId } from './auth/credential-uses.ts'
import { days, hours, minutes } from './core/clock.ts'
import { startExpiryJob } from './expiry-job.ts'
import { aLoginClient, openTestServices, type TestServices } from './services-for-test.ts'
import { aLockout } from './stores/contract/samples.ts'

let opened: TestServices
afterEach(async () => {
  vi.useRealTimers()
  await opened[Symbol.asyncDispose]()
})

test('prunes sessions and tokens at the start and every hour until stopped [V14.2.7]', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  opened = await openTestServices()
  const { app, advance, addPerson } = opened
  await addPerson('alice')
  const leave = async () => {
    await app.sessions.start('alice')
    const { id } = (await app.sessions.start('alice')).session
    await app.formDrafts.keep(id, { path: '/', tag: app.formDrafts.tagFor(id, 'alice'), fields: {} })
    await app.stores.lockouts.count(aLockout({ userId: 'erased' }), app.clock())
    advance(minutes(31))
  }
  const left = async () => {
    const kinds = (await Array.fromAsync(app.stores.dump())).map(({ kind }) => kind)
    return {
      sessions: kinds.filter((kind) => kind === 'session').length,
      tokens: kinds.filter((kind) => kind === 'token').length,
      lockouts: kinds.filter((kind) => kind === 'lockout').length,
    }
  }

  await leave()
  const job = startExpiryJob(app)
  await vi.waitFor(async () => expect(await left()).toEqual({ sessions: 0, tokens: 0, lockouts: 0 }), {
    timeout: 20_000,
  })
  await leave()
  await vi.advanceTimersByTimeAsync(hours(1))
  await vi.waitFor(async () => expect(await left()).toEqual({ sessions: 0, tokens: 0, lockouts: 0 }), {
    timeout: 20_000,
  })
  await job.stop()
  await leave()
  await vi.advanceTimersByTimeAsync(hours(2))
  expect(await left()).toEqual({ sessions: 2, tokens: 1, lockouts: 1 })
})

test('leaves nothing of an erased user, and no remembered browser past its time [V14.2.7]', async () => {
  opened = await openTestServices()
  const { app, advance, addPerson } = opened
  for (const name of ['alice', 'bob']) {
    await addPerson(name)
    const user = await app.accounts.findActive(name)
    if (user === null) throw new Error(`${name} is not there.`)
    await app.rememberedBrowsers.remember(user, aLoginClient().by)
    await app.stores.credentialUses.advance({ id: totpUseId(name), userId: name, mark: 1, usedAt: 1 })
  }
  const owners = async () => {
    const kept = (await Array.fromAsync(app.stores.dump())).flatMap(({ kind, record }) =>
      kind === 'rememberedBrowser' || kind === 'credentialUse' ? [`${kind} of ${record.userId}`] : [],
    )
    return kept.toSorted()
  }
  await app.accountDeletion.delete('alice')
  advance(days(14) + 1)
  await startExpiryJob(app).stop()
  expect(await owners()).toEqual(['credentialUse of bob', 'rememberedBrowser of bob'])
  advance(days(16))
  await startExpiryJob(app).stop()
  expect(await owners()).toEqual(['credentialUse of bob'])
})
