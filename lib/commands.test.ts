import { globSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from './commands.ts'
import { minutes } from './core/clock.ts'
import { type Actor, type AnyCommand, execute } from './core/command.ts'
import { aLoginClient, openTestServices, type TestServices } from './services-for-test.ts'
import type { AuthenticationMethod } from './stores/types.ts'
import { isSecretField } from './web/forms/form-fields.ts'
import { confirmWords } from './words/sentences.ts'
import { wordsFor } from './words/words.ts'

const registered: AnyCommand[] = Object.values(commands)
/** Commands of users; visitors may run the others. */
const all = registered.filter(({ permission }) => permission !== 'anyone')
const ofOperator = all.filter(({ permission }) => permission === 'operator').map(({ name }) => name)

const allowed = {
  guest: [
    'account.delete',
    'account.export',
    'browsers.forget',
    'browsers.forget-all',
    'impersonation.end',
    'passkeys.add',
    'passkeys.remove',
    'passkeys.rename',
    'session.confirm',
    'sessions.end',
    'sessions.end-others',
    'two-factor.new-recovery-codes',
    'two-factor.stop-reset',
    'two-factor.turn-off',
    'two-factor.turn-on',
  ],
  member: [
    'email.add',
    'email.remove',
    'email.send-code',
    'email.verify',
    'password.change',
    'picture.remove',
    'picture.save',
    'profile.save',
    'username.change',
  ],
}

test('the registry has every command of every feature', async () => {
  const files = globSync('features/*/commands.ts', { cwd: import.meta.dirname })
  expect(files.length).toBeGreaterThan(5)
  const modules = await Promise.all(files.map((file) => import(/* @vite-ignore */ `./${file}`)))
  expect(new Set(modules.flatMap((module) => Object.values(module)))).toEqual(new Set(registered))
})

test('the commands that wait for the password check have no secret among their fields, but for one that is not stored', () => {
  const waiting = registered.filter(({ reauthenticate }) => reauthenticate !== undefined)
  expect(waiting.length).toBeGreaterThan(10)
  const secret = waiting.filter(({ input }) => Object.keys(input.shape).some((field) => isSecretField(field)))
  // `action` stores no form with such a field: its user enters the code again.
  expect(secret.map(({ name }) => name).toSorted()).toEqual(['passkeys.add', 'two-factor.turn-on'])
})

describe('every command', () => {
  let opened: TestServices
  beforeAll(async () => {
    opened = await openTestServices({ LIMITS: 'off' })
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  /** For an unknown user, so that no command changes anything. */
  async function codesFor(change: Partial<Actor>) {
    const now = opened.app.clock()
    const by = { at: now, userAgent: '', address: '', locale: 'en', timeZone: null } as const
    const session = { id: 's', provedAt: now, authentications: [] }
    const client = aLoginClient()
    const actor: Actor = { id: 'nobody', role: 'admin', session, isImpersonating: false, by, client }
    const outcomes = all.map(async (command): Promise<[string, string | null]> => {
      const outcome = await execute(command, { ...actor, ...change }, {}, opened.app)
      return [command.name, outcome.ok ? null : outcome.code]
    })
    return Promise.all(outcomes)
  }
  const namesWith = (codes: [string, string | null][], wanted: string) =>
    codes.flatMap(([name, code]) => (code === wanted ? [name] : [])).toSorted()

  test.each(['guest', 'member', 'admin'] as const)(
    'is denied to a %s without its permission [V8.2.1, V8.3.1]',
    async (role) => {
      const allowedTo = { guest: allowed.guest, member: [...allowed.guest, ...allowed.member] }
      const expected = all.filter(({ name }) =>
        role === 'admin' ? ofOperator.includes(name) : !allowedTo[role].includes(name),
      )
      const denied = namesWith(await codesFor({ role }), 'not_allowed')
      expect(denied).toEqual(expected.map(({ name }) => name).toSorted())
    },
  )

  test('is denied while impersonating, except ending it', async () => {
    const denied = namesWith(await codesFor({ isImpersonating: true }), 'not_allowed')
    expect(denied).toEqual(
      all
        .map(({ name }) => name)
        .filter((name) => name !== 'impersonation.end')
        .toSorted(),
    )
  })

  test('refuses input that is not what its form posts [V2.2.1]', async () => {
    const odd = [null, undefined, 'x', 7, [], { id: [], username: {}, password: 1, email: null, code: ['1'] }]
    const withFields = registered.filter(({ input }) => Object.keys(input.shape).length > 0)
    const now = opened.app.clock()
    const by = { at: now, userAgent: '', address: '', locale: 'en', timeZone: null } as const
    const session = { id: 's', provedAt: now, authentications: [] }
    for (const command of withFields.filter(({ permission }) => permission !== 'operator')) {
      const actor = { id: 'nobody', role: 'admin', session, isImpersonating: false, by } as const
      for (const input of odd)
        expect(await execute(command, actor, input, opened.app)).toMatchObject({ ok: false, code: 'input_invalid' })
    }
  })

  test('is refused to a session without the second factor that its role requires, unless it adds one', async () => {
    const plain = opened
    opened = await openTestServices({ LIMITS: 'off', REQUIRE_TWO_FACTOR: 'admin,member,guest' })
    const provedAt = opened.app.clock()
    const refusedTo = async (authentications: AuthenticationMethod[]) =>
      namesWith(await codesFor({ session: { id: 's', provedAt, authentications } }), 'second_factor_required')
    try {
      const adding = ['session.confirm', 'two-factor.turn-on', 'passkeys.add', ...ofOperator]
      const others = all.map(({ name }) => name).filter((name) => !adding.includes(name))
      expect(await refusedTo(['password'])).toEqual(others.toSorted())
      for (const second of ['totp', 'recovery-code', 'passkey', 'remembered-browser'] as const) {
        expect(await refusedTo(['password', second]), second).toEqual([])
      }
    } finally {
      await opened[Symbol.asyncDispose]()
      opened = plain
    }
  })

  test('needs a recent password check if it changes how users get in, or others’ accounts [V7.5.1]', async () => {
    const asking = async (ageMs: number) => {
      const provedAt = opened.app.clock() - ageMs
      return namesWith(
        await codesFor({ session: { id: 's', provedAt, authentications: [] } }),
        'reauthentication_required',
      )
    }
    // The other two check the password themselves, or let nobody in.
    const always = [
      'two-factor.stop-reset',
      ...['email.send-code', 'email.verify', 'impersonation.end', 'profile.save'],
      ...['picture.save', 'picture.remove'],
      ...['password.change', 'session.confirm', ...ofOperator],
    ]
    const others = all.filter(
      ({ name }) => /^(users|impersonation|invitations|audit)\./.test(name) && !always.includes(name),
    )
    expect(await asking(minutes(5) - 1)).toEqual([])
    expect(await asking(minutes(5))).toEqual(others.map(({ name }) => name).toSorted())
    const asked = all.filter(({ name }) => !always.includes(name))
    expect(await asking(minutes(10))).toEqual(asked.map(({ name }) => name).toSorted())
    for (const { name } of asked.filter(({ name }) => !name.endsWith('.export'))) {
      expect(confirmWords(wordsFor('en'), name, { device: 'x' })).toEqual({
        purpose: expect.stringMatching(/^To [a-z].*, confirm it is you\.$/),
        button: expect.stringMatching(/^Confirm and [a-z]/),
      })
    }
  })
})
