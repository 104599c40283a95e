import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compose, openRuntime } from '../composition.ts'
import { readSettings } from '../config.ts'
import { codeOn } from '../features/two-factor/second-factor-for-test.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import { aPasskey, aUser } from '../stores/contract/samples.ts'
import { startFactorUpkeep } from './factor-upkeep.ts'
import { openTotpKey, sealTotpKey } from './totp-key.ts'

const key = 'JBSWY3DPEHPK3PXP'
const [oldest = '', older = '', newest = ''] = ['a', 'b', 'c'].map((letter) => letter.repeat(32))

let opened: TestServices
let logged: { event: string; [name: string]: unknown }[]
afterEach(() => opened[Symbol.asyncDispose]())

async function open(store: (typeof storeNames)[number] = 'JSON') {
  opened = await openTestServices({}, store)
  logged = []
}
const users = () => opened.app.stores.users
const log = {
  info: (fields: { event: string }) => void logged.push(fields),
  warn: (fields: { event: string }) => void logged.push(fields),
}
const start = (secrets: string[], among: Parameters<typeof startFactorUpkeep>[0]['users'] = users()) =>
  startFactorUpkeep({ users: among, secrets, appOrigin: 'https://accounts.example.org', log })

const enrol = async (id: string, secret: string, createdAt = 1_000) => {
  const totp = { sealed: await sealTotpKey(key, id, [secret]), createdAt: 1 }
  await users().insert(aUser({ id, username: id, totp, factorsChangedAt: 5, createdAt }))
}
const opensWith = async (id: string, secret: string) => {
  const totp = (await users().find(id))?.totp
  return totp ? openTotpKey(totp.sealed, id, [secret]) : undefined
}

describe.each(storeNames)('the keys of authenticator apps on %s', (store) => {
  beforeEach(() => open(store))

  test('are sealed with the newest secret after each of two rotations', async () => {
    await enrol('alice', oldest)
    await start([older, oldest]).done
    expect([await opensWith('alice', older), await opensWith('alice', oldest)]).toEqual([key, null])
    await start([newest, older]).done
    expect([await opensWith('alice', newest), await opensWith('alice', older)]).toEqual([key, null])
    expect(await users().find('alice')).toMatchObject({ totp: { createdAt: 1 }, factorsChangedAt: 5 })
    expect(logged).toEqual([
      { event: 'totp_keys_resealed', count: 1 },
      { event: 'totp_keys_resealed', count: 1 },
    ])
    await start([newest, older]).done
    expect(logged).toHaveLength(2)
  })

  test('are all found, page by page, and lost ones are counted', async () => {
    for (let n = 0; n < 205; n += 1) await users().insert(aUser({ id: `user-${n}`, username: `user-${n}` }))
    for (const [n, id] of ['first', 'middle', 'last'].entries()) await enrol(id, older, 999 + n)
    await enrol('lost', 'x'.repeat(32))
    await start([newest, older]).done
    for (const id of ['first', 'middle', 'last']) expect(await opensWith(id, newest), id).toBe(key)
    expect(logged).toEqual([
      { event: 'totp_keys_resealed', count: 3 },
      { event: 'totp_keys_lost', count: 1 },
    ])
  })
})

test('a user logs in with a code after two rotations of the secret and a restart after each', async () => {
  await open()
  const [id, clock] = ['alice', () => Date.UTC(2026, 0, 1)]
  const rotations = [[oldest], [older, oldest], [newest, older], [newest]]
  for (const secrets of rotations) {
    const env = { DATA_DIR: opened.dataDir, DATABASE_URL: `sqlite:${opened.dataDir}/rotated.db`, LOG_LEVEL: 'silent' }
    const runtime = await openRuntime(readSettings({ ...env, SESSION_SECRET: secrets.join(',') }), clock)
    const { twoFactor, accounts, stores } = compose(runtime)
    if (secrets === rotations[0]) {
      const totp = { sealed: await sealTotpKey(key, id, secrets), createdAt: 1 }
      await stores.users.insert(aUser({ id, username: id, totp }))
    }
    await startFactorUpkeep({ users: stores.users, secrets, appOrigin: 'http://localhost', log }).done
    const user = await accounts.findActive(id)
    if (user !== null && secrets === rotations.at(-1)) {
      const code = codeOn(key, clock())
      expect(await twoFactor.check(user, code, aLoginClient())).toMatchObject({ ok: true, value: { method: 'totp' } })
    }
    await runtime.mail.close()
    await stores.close()
    await runtime.rateLimits.close()
    await runtime.strength.close()
  }
  expect.assertions(1)
})

describe('the upkeep of second factors', () => {
  beforeEach(() => open())

  test('keeps what the user changed meanwhile', async () => {
    await enrol('alice', older)
    const { list, update } = users()
    await start([newest, older], {
      list,
      async update(...given) {
        await update('alice', { totp: null })
        return update(...given)
      },
    }).done
    expect(await users().find('alice')).toMatchObject({ totp: null })
    expect(logged).toEqual([])
  })

  test('ends early at a shutdown, and never fails the start', async () => {
    await enrol('alice', older)
    await start([newest, older]).stop()
    expect(await opensWith('alice', older)).toBe(key)
    const away = async () => {
      throw new Error('away')
    }
    await expect(start([newest, older], { list: away, update: away }).done).resolves.toBeUndefined()
  })

  test('warns of passkeys that were made for another host', async () => {
    const passkeys = ['accounts.example.org', 'old.example.org'].map((rpId, n) =>
      aPasskey({ id: `credential-${n}`, rpId }),
    )
    await users().insert(aUser({ passkeys }))
    await start([newest]).done
    expect(logged).toEqual([
      { event: 'passkeys_of_other_host', host: 'accounts.example.org', hosts: ['old.example.org'] },
    ])
  })
})
