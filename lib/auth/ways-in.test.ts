// Every way to a session, found in the registry of commands: none leads past a second factor.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type CommandName, commands } from '../commands.ts'
import { seconds } from '../core/clock.ts'
import { type Actor, type AnyCommand, command, execute } from '../core/command.ts'
import { sha256 } from '../core/crypto/hash.ts'
import { codeOn, enrolled, password, passwordGiven, visitor } from '../features/two-factor/second-factor-for-test.ts'
import type { Services } from '../services.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import { aUser } from '../stores/contract/samples.ts'
import type { SessionRecord } from '../stores/types.ts'
import { sealTotpKey } from './totp-key.ts'

const another = 'Lantern under the bridge 48'

/** What a thief of the password can type into any form. */
const typed: Record<string, string> = {
  username: 'alice',
  password,
  currentPassword: password,
  confirmPassword: password,
  email: 'alice@example.org',
  code: '000000',
  response: '{}',
  remember: 'on',
  next: '/',
  id: 'id-of-alice',
  name: 'Laptop',
}

interface Scene {
  app: Services
  /** Alice has a password, an authenticator app, recovery codes and a verified address. */
  key: string
  userId: string
  secretOf: {
    setup: string
    invitation: string
    reset: string
  }
}

/** How the password is used on each command of visitors that can lead to a session, or why it leads to none. */
const ways: Partial<Record<CommandName, (scene: Scene) => Actor>> = {
  'log-in': () => visitor(),
  // The step after the password.
  'log-in.second-factor': () => visitor(),
  'log-in.passkey': () => visitor(),
  'sign-up': ({ secretOf }) => ({ ...visitor(), secret: secretOf.invitation }),
  'sign-up.passkey': () => visitor(),
  'setup.finish': ({ secretOf }) => ({ ...visitor(), secret: secretOf.setup }),
}
const noWays: Partial<Record<CommandName, (scene: Scene) => Actor>> = {
  'log-out': () => visitor(),
  'password.ask-reset': () => visitor(),
  'password.reset': ({ secretOf }) => ({ ...visitor(), secret: secretOf.reset }),
  'account.report-compromise': () => visitor(),
  'two-factor.cancel-reset': () => visitor(),
}

let opened: TestServices

async function open(store: (typeof storeNames)[number] = 'JSON'): Promise<Scene> {
  opened = await openTestServices({ LIMITS: 'off' }, store)
  const { app } = opened
  const { key, actor } = await enrolled(app)
  await app.stores.users.changeEmail(actor.id, { email: typed.email ?? '', emailVerifiedAt: 1 })
  await app.sessions.endOthers(actor.id, '', 'ended')
  opened.advance(seconds(90))
  const setup = (await app.setup.offer()) ?? ''
  const invited = await app.invitations.make({ role: 'member', email: null, by: 'nobody' })
  const posted = vi.spyOn(app.mail, 'post').mockImplementation(async () => {})
  await app.recovery.ask(typed.email ?? '', aLoginClient().by)
  const [mail] = posted.mock.calls.map(([message]) => message)
  const secretOf = { setup, invitation: invited.token, reset: mail && 'token' in mail ? mail.token : '' }
  return { app, key, userId: actor.id, secretOf }
}

/** The sessions that are stored from now on. */
function sessionsOf({ app }: Scene): SessionRecord[] {
  const stored: SessionRecord[] = []
  const { insert } = app.stores.sessions
  vi.spyOn(app.stores.sessions, 'insert').mockImplementation((session) => {
    stored.push(session)
    return insert.call(app.stores.sessions, session)
  })
  return stored
}

const inputOf = ({ input }: AnyCommand) =>
  Object.fromEntries(Object.keys(input.shape).flatMap((field) => (field in typed ? [[field, typed[field]]] : [])))
const sessionOfAlice = ({ app, userId }: Scene) => app.sessions.list(userId)

test('every command of visitors is here, as a way in or as none', () => {
  const ofVisitors = Object.values(commands).filter(({ permission }) => permission === 'anyone')
  expect(Object.keys({ ...ways, ...noWays }).toSorted()).toEqual(ofVisitors.map(({ name }) => name).toSorted())
})

describe.each(storeNames)('on %s, a user with an authenticator app', (store) => {
  let scene: Scene
  beforeEach(async () => {
    scene = await open(store)
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  test.each(Object.entries({ ...ways, ...noWays }))(
    'gets no session by the password alone: %s [V6.3.3, V6.3.4, T27]',
    async (name, actorIn) => {
      const stored = sessionsOf(scene)
      const tried: AnyCommand = commands[name as CommandName]
      await execute(tried, actorIn(scene), inputOf(tried), scene.app)
      expect(stored.filter(({ userId }) => userId === scene.userId)).toEqual([])
      expect(await sessionOfAlice(scene)).toEqual([])
    },
  )

  test('gets one with the password and a code, and each session says so [V6.3.3]', async () => {
    const stored = sessionsOf(scene)
    const logInStep = await passwordGiven(scene.app)
    expect(stored).toEqual([])
    const code = codeOn(scene.key, scene.app.clock())
    const done = await execute(commands['log-in.second-factor'], visitor({ logInStep }), { code }, scene.app)
    expect(done).toMatchObject({ ok: true })
    expect(stored.map(({ authentications }) => authentications)).toEqual([['password', 'totp']])
  })
})

describe('a user with an authenticator app', () => {
  let scene: Scene
  beforeEach(async () => {
    scene = await open()
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  test('gets no session from a command that forgets the second factor', async () => {
    const { app, userId } = scene
    const user = await app.accounts.findActive(userId)
    if (user === null) throw new Error('Alice is gone.')
    const forgetful = command({
      name: 'log-in.by-telephone',
      permission: 'anyone',
      input: z.strictObject({}),
      audit: 'session.started',
      async run({ auth }) {
        const client = aLoginClient()
        return { ok: true, value: await auth.finish(user, ['password'], { client, presented: null }) }
      },
    })
    await expect(execute(forgetful, visitor(), {}, app)).rejects.toThrow('second factor')
    expect(await sessionOfAlice(scene)).toEqual([])
  })

  test('gets none after an import with the app, and one by the password without', async () => {
    const { app } = scene
    const { passwordHash } = (await app.stores.users.find(scene.userId)) ?? { passwordHash: '' }
    const totp = { sealed: await sealTotpKey('A'.repeat(32), 'id-of-bob', app.sessionSecrets), createdAt: 1 }
    await app.stores.users.insert(aUser({ username: 'bob', passwordHash, totp }))
    await app.stores.users.insert(aUser({ username: 'carol', passwordHash }))
    const nextOf = async (username: string) => {
      const done = await execute(commands['log-in'], visitor(), { username, password }, app)
      return done.ok ? done.value.next : done.code
    }
    expect(await nextOf('bob')).toBe('factor')
    expect(await app.sessions.list('id-of-bob')).toEqual([])
    expect(await nextOf('carol')).toBe('session')
  })

  test('gets none by deleting the account and coming back, and stays deleted until the code', async () => {
    const { app, userId } = scene
    await app.accountDeletion.delete(userId)
    await passwordGiven(app)
    expect(await app.stores.users.find(userId)).toMatchObject({ deletedAt: expect.any(Number) })
    expect(await sessionOfAlice(scene)).toEqual([])
  })

  test('gets none when an admin views the site as this user', async () => {
    const { app, userId } = scene
    await opened.addPerson('ada')
    await app.stores.users.changeStanding('ada', { role: 'admin' })
    const stored = sessionsOf(scene)
    const session = { id: 's', provedAt: app.clock(), authentications: ['password' as const] }
    const ada: Actor = { ...visitor(), id: 'ada', role: 'admin', session }
    const viewed = await execute(commands['impersonation.start'], ada, { id: userId, reason: 'help' }, app)
    expect(viewed).toMatchObject({ ok: true })
    expect(stored).toEqual([])
  })

  test('keeps the second factor after the reset of the password [V6.4.3]', async () => {
    const { app, secretOf, userId } = scene
    const form = { password: another, confirmPassword: another }
    const reset = await execute(commands['password.reset'], { ...visitor(), secret: secretOf.reset }, form, app)
    expect(reset).toMatchObject({ ok: true })
    await passwordGiven(app, {}, { username: 'alice', password: another })
    expect(await app.stores.users.find(userId)).toMatchObject({ totp: expect.any(Object) })
    expect(await sessionOfAlice(scene)).toEqual([])
  })

  test('cannot confirm a session by the password alone, nor renew it [V7.5.1]', async () => {
    const { app, key, userId } = scene
    const logInStep = await passwordGiven(app)
    const code = codeOn(key, app.clock())
    const begun = await execute(commands['log-in.second-factor'], visitor({ logInStep }), { code }, app)
    if (!begun.ok) throw new Error(begun.code)
    const { token } = begun.value
    const found = await app.sessions.check(token)
    if (!found.live) throw new Error('The session is over.')
    const stored = sessionsOf(scene)
    const actor: Actor = { ...visitor({ presented: token }), id: userId, role: 'member', session: found.session }
    const confirmed = await execute(commands['session.confirm'], actor, { password }, app)
    expect(confirmed).toMatchObject({ ok: false, code: 'code_missing' })
    expect(stored).toEqual([])
    expect((await sessionOfAlice(scene)).map(({ id }) => id)).toEqual([sha256(token)])
  })
})
