// Suspends or deletes a user during their request. The request passed the first check but must change nothing. Each
// test pauses the command at each of its store calls in turn.
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compose } from '../composition.ts'
import { execute } from '../core/command.ts'
import { saveProfile } from '../features/profile/commands.ts'
import type { Services } from '../services.ts'
import { aLoginClient, openTestServices, storeNames, type TestServices } from '../services-for-test.ts'
import { aUser } from '../stores/contract/samples.ts'
import type { Stores, UserRecord, UserStore } from '../stores/types.ts'

const password = 'Lantern over the quay 47'
const another = 'Lantern under the bridge 48'
const by = { at: 0, userAgent: '', address: '', locale: 'en', timeZone: null } as const

type Act = (app: Services, id: string) => Promise<{ ok: boolean }>

const acts: Record<string, Act> = {
  profile: (app, id) => {
    const actor = { id, role: 'member', session: null, isImpersonating: false, by } as const
    return execute(saveProfile, actor, { fullName: 'Changed', bio: '', age: '' }, app)
  },
  password: ({ accounts }, id) => accounts.changePassword(id, { current: password, password: another }, aLoginClient()),
  username: ({ usernames }, id) => usernames.rename(id, `${id.slice(-20)}-x`),
  'an-address': ({ addresses }, id) => addresses.add(id, `${id}-x@example.org`, by),
  'no-address': ({ addresses }, id) => addresses.remove(id, by),
}

const revocations: Record<string, Act> = {
  suspended: ({ userAdmin }, id) => userAdmin.suspend(id, { reason: 'x', until: null }, 'ada'),
  deleted: ({ accountDeletion }, id) => accountDeletion.delete(id),
}

describe.each(storeNames)('an act under way on %s', (store) => {
  let opened: TestServices & { passwordHash: string }

  beforeEach(async () => {
    const made = await openTestServices({ LIMITS: 'off' }, store)
    const hashed = await made.app.passwords.hash(password)
    opened = Object.assign(made, { passwordHash: hashed.ok ? hashed.value : '' })
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  async function makePerson(username: string): Promise<UserRecord> {
    const { passwordHash } = opened
    const person = aUser({ username, passwordHash, email: `${username}@example.org`, emailVerifiedAt: 1_000 })
    await opened.app.stores.users.insert(person)
    return person
  }

  /** The same services, but every store call about users first waits for `hold`. */
  function heldUp(hold: () => Promise<void>): Services {
    const users = new Proxy(opened.app.stores.users, {
      get:
        (target, name: keyof UserStore) =>
        async (...args: never[]) => {
          await hold()
          return (target[name] as (...given: never[]) => unknown)(...args)
        },
    })
    const stores = new Proxy(opened.app.stores, {
      get: (target, name: keyof Stores) => (name === 'users' ? users : target[name]),
    })
    return compose({ ...opened.app, stores })
  }

  async function interleave(act: Act, revoke: Act, name: string): Promise<number> {
    for (let heldAt = 1; ; heldAt += 1) {
      const made = await makePerson(`${name}-${heldAt}`)
      const { id } = made
      let questions = 0
      let before: UserRecord | null = null
      let revoked: UserRecord | null = null
      const app = heldUp(async () => {
        questions += 1
        if (questions !== heldAt) return
        before = await opened.app.stores.users.find(id)
        expect(await revoke(opened.app, id)).toMatchObject({ ok: true })
        revoked = await opened.app.stores.users.find(id)
      })
      const outcome = await act(app, id)
      // The command already finished: all its store calls have run.
      if (revoked === null) return heldAt - 1
      // Writes from before the end may stay; later ones must not happen.
      if (isDeepStrictEqual(before, made)) expect(outcome, `${name} held up at ${heldAt}`).toMatchObject({ ok: false })
      expect(await opened.app.stores.users.find(id), `${name} held up at ${heldAt}`).toEqual(revoked)
    }
  }

  test('changes nothing for a user who was suspended or deleted meanwhile: 20 interleavings [T18]', async () => {
    let interleavings = 0
    for (const [what, act] of Object.entries(acts)) {
      for (const [how, revoke] of Object.entries(revocations)) {
        interleavings += await interleave(act, revoke, `${what.replace(/\W/g, '-')}-${how}`)
      }
    }
    expect(interleavings).toBe(20)
  })
})
