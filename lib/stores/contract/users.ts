// The contract of users.

import { describe, expect, it } from 'vitest'

import {
  clockSkewMs,
  type Profile,
  type Stores,
  type UserFilter,
  type UserQuery,
  type UserRecord,
  type UserStore,
} from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aProfile, aToken, aUser, everybody, trickyKeys } from './samples.ts'

const noAddress = { email: null, emailVerifiedAt: null }
const everyKindOfText = [
  'Zoë Ünïcode',
  'e\u0301 and é stay different',
  '山田太郎 и Ωмега',
  'שלום مرحبا',
  '👩‍👩‍👧‍👦 𝒳 \u{10FFFF}',
  'line one\nline two\r\n\ttab',
  'quotes " \' ` and \\ and </script> and $1 and %s',
  '\u2028\u2029\u200b\ufeff\u00ad\u007f\uffff',
  ' space at both ends ',
  '',
]

export function describeUserStore(name: string, open: OpenFresh): void {
  describe(`${name}: users`, () => {
    let stores: Stores
    let users: UserStore
    openForEachTest(open, (opened) => {
      stores = opened
      users = opened.users
    })

    it('returns an inserted user by id and by username', async () => {
      const alice = aUser({ email: 'alice@example.org', emailVerifiedAt: 5, role: 'admin', status: 'suspended' })
      expect(await users.insert(alice)).toBe('inserted')
      expect(await users.find(alice.id)).toEqual(alice)
      expect(await users.findByUsername('alice')).toEqual(alice)
    })

    it('reports whether any password hash has another prefix', async () => {
      expect(await users.hasOtherHash(['$a$', '!'])).toBe(false)
      await users.insert(aUser({ id: 'a', username: 'ada', passwordHash: '$a$one' }))
      await users.insert(aUser({ id: 'b', username: 'bea', passwordHash: '!' }))
      expect(await users.hasOtherHash(['$a$', '!'])).toBe(false)
      expect(await users.hasOtherHash(['$a$'])).toBe(true)
      expect(await users.hasOtherHash(['$A$', '!']), 'case counts').toBe(true)
      expect(await users.hasOtherHash(['$_$', '!']), 'no sign is a wildcard').toBe(true)
      expect(await users.hasOtherHash([])).toBe(true)
    })

    it('returns null for an unknown user', async () => {
      await users.insert(aUser())
      expect(await users.find('nobody')).toBeNull()
      expect(await users.findByUsername('nobody')).toBeNull()
      expect(await users.findByUsername('id-of-alice')).toBeNull()
      expect(await users.update('nobody', noAddress)).toBeNull()
      expect(await users.find('nobody')).toBeNull()
    })

    it('rejects a taken username and leaves its owner unchanged', async () => {
      await users.insert(aUser())
      expect(await users.insert(aUser({ id: 'another', passwordHash: 'x' }))).toBe('username_taken')
      expect(await users.findByUsername('alice')).toEqual(aUser())
      expect(await users.find('another')).toBeNull()
    })

    it('throws for an existing id', async () => {
      await users.insert(aUser())
      await expect(users.insert(aUser({ id: 'id-of-alice', username: 'bob' }))).rejects.toThrow()
      expect(await users.find('id-of-alice')).toEqual(aUser())
      expect(await users.findByUsername('bob')).toBeNull()
    })

    it('gives a username to one of fifty concurrent sign-ups', async () => {
      const inserts = Array.from({ length: 50 }, (_, n) => users.insert(aUser({ id: `rival-${n}` })))
      const outcomes = await Promise.all(inserts)
      expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1)
      expect((await users.findByUsername('alice'))?.id).toBe(`rival-${outcomes.indexOf('inserted')}`)
    })

    describe('with a token', () => {
      const consume = { id: 'token-1', purpose: 'invitation', at: 2_000 }
      const invitation = aToken({ purpose: 'invitation', subject: 'invited', issuedBy: 'id-of-admin' })
      const find = () => stores.tokens.find('token-1', 'invitation', 2_000)
      const withdraw = () => stores.tokens.take('token-1', 'invitation', 2_000)
      const insert = (username: string, fields: Partial<UserRecord> = {}) =>
        users.insert(aUser({ id: `new-${username}`, username, ...fields }), { consume })

      it('creates one user from twenty concurrent uses of the token and deletes it [V6.5.1, V15.4.2]', async () => {
        await stores.tokens.put(invitation)
        const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => insert(`guest-${n}`)))
        expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1)
        expect(outcomes.filter((outcome) => outcome === 'token_void')).toHaveLength(19)
        expect(await users.count(everybody)).toBe(1)
        expect(await find()).toBeNull()
        expect(await insert('late')).toBe('token_void')
      })

      it('creates no user from a missing or expired token or one for another purpose', async () => {
        expect(await insert('guest')).toBe('token_void')
        await stores.tokens.put(aToken({ ...invitation, purpose: 'setup' }))
        expect(await insert('guest')).toBe('token_void')
        await stores.tokens.put(aToken({ ...invitation, id: 'token-2', expiresAt: 2_000 }))
        expect(await users.insert(aUser(), { consume: { ...consume, id: 'token-2' } })).toBe('token_void')
        expect(await users.count(everybody)).toBe(0)
      })

      it('creates no user from a token dated by a clock that was ahead', async () => {
        const ahead = consume.at + clockSkewMs
        await stores.tokens.put({ ...invitation, createdAt: ahead + 1, expiresAt: ahead + 9_000 })
        expect(await insert('guest')).toBe('token_void')
        await stores.tokens.put({ ...invitation, createdAt: ahead, expiresAt: ahead + 9_000 })
        expect(await insert('guest')).toBe('inserted')
      })

      it('leaves the token when it creates no user', async () => {
        await stores.tokens.put(invitation)
        await users.insert(aUser({ email: 'a@example.org', emailVerifiedAt: 5 }))
        expect(await insert('alice')).toBe('username_taken')
        expect(await insert('guest', { email: 'A@example.org', emailVerifiedAt: 6 })).toBe('email_taken')
        await expect(insert('guest', { id: 'id-of-alice' })).rejects.toThrow()
        expect(await find()).toEqual(invitation)
        expect(await insert('guest')).toBe('inserted')
      })

      it('creates no user after the token was withdrawn during many failed attempts', async () => {
        await stores.tokens.put(invitation)
        await users.insert(aUser())
        const tries = Array.from({ length: 20 }, () => insert('alice'))
        const withdrawn = await withdraw()
        expect(withdrawn).toEqual(invitation)
        expect(await insert('guest')).toBe('token_void')
        for (const outcome of await Promise.all(tries)) expect(outcome).not.toBe('inserted')
        expect(await find()).toBeNull()
      })

      it('either uses the token or lets it be withdrawn or revoked, whichever comes first', async () => {
        for (let n = 0; n < 10; n += 1) {
          await stores.tokens.put(invitation)
          const [made, withdrawn] = await Promise.all([insert(`guest-${n}`), withdraw()])
          expect([made === 'inserted', withdrawn !== null].filter(Boolean)).toHaveLength(1)
          await stores.tokens.put(invitation)
          const [again, revoked] = await Promise.all([
            insert(`other-${n}`),
            stores.tokens.deleteIssuedBy('id-of-admin'),
          ])
          if (revoked === 1) expect(again).toBe('token_void')
          expect(await find()).toBeNull()
        }
      })
    })

    it('stores fifty concurrent sign-ups [V15.4.1]', async () => {
      const people = Array.from({ length: 50 }, (_, n) => aUser({ username: `user-${n}` }))
      await Promise.all(people.map((user) => users.insert(user)))
      expect(await Promise.all(people.map(({ id }) => users.find(id)))).toEqual(people)
    })

    it('changes only the named fields', async () => {
      await users.insert(aUser())
      const fields = { passwordHash: 'another', profile: aProfile({}) }
      expect(await users.update('id-of-alice', fields)).toEqual(aUser(fields))
      const address = { email: 'a@example.org', emailVerifiedAt: 9 }
      expect(await users.changeEmail('id-of-alice', address)).toEqual(aUser({ ...fields, ...address }))
      const standing = { role: 'guest', status: 'suspended', suspendReason: 'spam' } as const
      const changed = aUser({ ...fields, ...address, ...standing })
      expect(await users.changeStanding('id-of-alice', standing)).toEqual(changed)
      expect(await users.find('id-of-alice')).toEqual(changed)
      expect(await users.findByUsername('alice')).toEqual(changed)
      expect(await users.update('id-of-alice', noAddress)).toEqual({ ...changed, ...noAddress })
    })

    it('compares before it sets [V15.4.2]', async () => {
      const alice = aUser()
      await users.insert(alice)
      expect(await users.update(alice.id, { passwordHash: 'new' }, { passwordHash: 'other' })).toBeNull()
      expect(await users.find(alice.id)).toEqual(alice)
      const all = {
        email: null,
        status: 'active',
        profile: Object.fromEntries(Object.entries(alice.profile).toReversed()) as unknown as Profile,
      } as const
      expect(await users.update(alice.id, { passwordHash: 'new' }, all)).toEqual(aUser({ passwordHash: 'new' }))
      expect(await users.changeStanding(alice.id, { role: 'admin' }, { ...all, email: 'a@example.org' })).toBeNull()
      const olderProfile = { ...alice.profile, age: 20 }
      expect(await users.changeStanding(alice.id, { role: 'admin' }, { ...all, profile: olderProfile })).toBeNull()
    })

    it('loses none of twenty concurrent updates of different fields [V15.4.1]', async () => {
      await users.insert(aUser())
      const changes = [
        { passwordHash: 'new' },
        { newEmail: 'a@example.org' },
        { locale: 'de' },
        { profile: aProfile({ fullName: 'A', bio: 'B', age: 1 }) },
      ]
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          n % 5 === 4
            ? users.changeStanding('id-of-alice', { role: 'admin' })
            : users.update('id-of-alice', changes[n % 5] ?? {}),
        ),
      )
      expect(await users.find('id-of-alice')).toEqual(aUser(Object.assign({ role: 'admin' }, ...changes)))
    })

    it('lets one of twenty concurrent compare-and-sets succeed', async () => {
      await users.insert(aUser({ passwordHash: 'old' }))
      const attempts = Array.from({ length: 20 }, (_, n) =>
        users.update('id-of-alice', { passwordHash: `new-${n}` }, { passwordHash: 'old' }),
      )
      const winners = (await Promise.all(attempts)).filter((answer) => answer !== null)
      expect(winners).toHaveLength(1)
      expect(await users.find('id-of-alice')).toEqual(winners[0])
    })

    describe('the last-admin rule', () => {
      const admin = (username: string) => aUser({ username, role: 'admin' })

      it('keeps the only active admin, whatever else changes', async () => {
        await users.insert(admin('alice'))
        await users.insert(aUser({ username: 'bob', role: 'admin', status: 'suspended' }))
        for (const change of [{ role: 'member' }, { status: 'suspended' }, { deletedAt: 2_000 }] as const) {
          expect(await users.changeStanding('id-of-alice', change)).toBe('last_admin')
        }
        expect(await users.find('id-of-alice')).toEqual(admin('alice'))
        expect(await users.changeStanding('id-of-alice', { role: 'admin' })).toEqual(admin('alice'))
      })

      it('lets one of two admins go, and a suspended one at any time', async () => {
        for (const name of ['alice', 'bob']) await users.insert(admin(name))
        await users.insert(aUser({ username: 'carol', role: 'admin', status: 'suspended' }))
        expect(await users.changeStanding('id-of-alice', { role: 'member' })).toMatchObject({ role: 'member' })
        expect(await users.changeStanding('id-of-bob', { status: 'suspended' })).toBe('last_admin')
        expect(await users.changeStanding('id-of-carol', { role: 'member' })).toMatchObject({ role: 'member' })
      })

      it('does not report the last admin when the comparison fails', async () => {
        await users.insert(admin('alice'))
        expect(await users.changeStanding('id-of-alice', { role: 'member' }, { role: 'guest' })).toBeNull()
      })

      it('keeps one of ten admins who are demoted concurrently', async () => {
        const names = Array.from({ length: 10 }, (_, n) => `admin-${n}`)
        for (const name of names) await users.insert(admin(name))
        const outcomes = await Promise.all(
          names.map((name) => users.changeStanding(`id-of-${name}`, { role: 'member' })),
        )
        expect(outcomes.filter((outcome) => outcome === 'last_admin')).toHaveLength(1)
        const left = await Promise.all(names.map((name) => users.find(`id-of-${name}`)))
        expect(left.filter((user) => user?.role === 'admin')).toHaveLength(1)
      })
    })

    describe('list', () => {
      const named = (username: string, fullName = '', email: string | null = null) =>
        aUser({ username, email, profile: { fullName, bio: 'a bio is not searched', age: null } })
      const names = async ({ after, ...query }: Partial<Omit<UserQuery, 'after'>> & { after?: string }) => {
        const place = after === undefined ? null : { username: after, createdAt: 1_000 }
        return (await users.list({ ...everybody, ...query, after: place })).map(({ username }) => username)
      }

      it('returns users in the order of their usernames, page by page', async () => {
        for (const name of ['d', 'b.2', 'b-1', 'a', 'b_3', 'c']) await users.insert(named(name))
        expect(await names({})).toEqual(['a', 'b-1', 'b.2', 'b_3', 'c', 'd'])
        expect(await names({ limit: 2 })).toEqual(['a', 'b-1'])
        expect(await names({ after: 'b-1', limit: 2 })).toEqual(['b.2', 'b_3'])
        expect(await names({ after: 'b', limit: 1 })).toEqual(['b-1'])
        expect(await names({ after: 'd' })).toEqual([])
        expect(await names({ limit: 0 })).toEqual([])
        expect(await users.list({ ...everybody, limit: 1 })).toEqual([named('a')])
      })

      it('finds part of a username, full name or address in any case', async () => {
        await users.insert(named('alice', 'Zoë Ünïcode', 'Alice.L@Example.org'))
        await users.insert(named('bob', 'ΣΊΣΥΦΟΣ 100%', null))
        expect(await names({ search: 'LIC' })).toEqual(['alice'])
        expect(await names({ search: 'zoe\u0308 ün' })).toEqual(['alice'])
        expect(await names({ search: 'ÜNÏ' })).toEqual(['alice'])
        expect(await names({ search: 'l@example' })).toEqual(['alice'])
        expect(await names({ search: 'σίσυ' })).toEqual(['bob'])
        expect(await names({ search: 'bio' })).toEqual([])
        expect(await names({ search: 'b', after: 'alice' })).toEqual(['bob'])
      })

      it('treats pattern characters literally [V1.2.9]', async () => {
        await users.insert(named('alice', '100% of_it'))
        await users.insert(named('bob', "back\\slash 'quoted'"))
        for (const found of ['100%', 'of_it', '0% o']) expect(await names({ search: found })).toEqual(['alice'])
        for (const found of ['\\', "'quoted'", 'k\\s']) expect(await names({ search: found })).toEqual(['bob'])
        for (const nobody of ['%', 'f%i', '1__', '.*', '*', '[a-z]']) {
          expect(await names({ search: nobody })).toEqual(nobody === '%' ? ['alice'] : [])
        }
      })

      it('reflects changes', async () => {
        await users.insert(named('alice', 'Before'))
        await users.update('id-of-alice', { email: 'new@example.org', profile: aProfile({ fullName: 'After' }) })
        expect(await names({ search: 'before' })).toEqual([])
        expect(await names({ search: 'after' })).toEqual(['alice'])
        expect(await names({ search: 'new@' })).toEqual(['alice'])
      })

      it('orders by sign-up time in both directions, also for equal times', async () => {
        const times = { a: 3_000, b: 1_000, c: 2_000, d: 2_000, e: 2_000 }
        for (const [username, createdAt] of Object.entries(times)) await users.insert(aUser({ username, createdAt }))
        const walk = async (descending: boolean) => {
          const found: string[] = []
          for (let after: UserQuery['after'] = null; found.length < 9; ) {
            const [user] = await users.list({ ...everybody, by: 'createdAt', descending, after, limit: 1 })
            if (user === undefined) break
            found.push(user.username)
            after = user
          }
          return found.join('')
        }
        expect(await walk(false)).toBe('bcdea')
        expect(await walk(true)).toBe('aedcb')
        expect(await names({ descending: true, after: 'c' })).toEqual(['b', 'a'])
      })

      it('filters by role and state, with matching counts', async () => {
        await users.insert(aUser({ username: 'ann', role: 'admin' }))
        await users.insert(aUser({ username: 'bea', role: 'admin', status: 'suspended' }))
        await users.insert(aUser({ username: 'cat', role: 'guest', status: 'suspended', deletedAt: 5 }))
        await users.insert(aUser({ username: 'dan' }))
        const cases: [Partial<UserFilter>, string[]][] = [
          [{}, ['ann', 'bea', 'cat', 'dan']],
          [{ role: 'admin' }, ['ann', 'bea']],
          [{ state: 'active' }, ['ann', 'dan']],
          [{ state: 'suspended' }, ['bea']],
          [{ state: 'deleted' }, ['cat']],
          [{ role: 'admin', state: 'suspended', search: 'BE' }, ['bea']],
          [{ role: 'guest', state: 'active' }, []],
        ]
        for (const [filter, found] of cases) {
          expect(await names(filter), JSON.stringify(filter)).toEqual(found)
          expect(await users.count({ search: '', role: null, state: null, ...filter })).toBe(found.length)
        }
      })

      it('finds users by ids and by an expired suspension', async () => {
        for (const [username, suspendedUntil] of [
          ['ann', 2_000],
          ['bea', 3_000],
          ['cat', null],
        ] as const) {
          await users.insert(aUser({ username, status: 'suspended', suspendedUntil }))
        }
        await users.insert(aUser({ username: 'dan', suspendedUntil: 1_000 }))
        const found = await users.findMany(['id-of-cat', 'id-of-nobody', 'id-of-ann', 'id-of-ann', '\0'])
        expect(found.map(({ username }) => username).toSorted()).toEqual(['ann', 'cat'])
        expect(await users.findMany([])).toEqual([])
        const over = async (at: number, limit = 9) =>
          (await users.listSuspendedUntil(at, limit)).map(({ username }) => username).toSorted()
        expect(await over(1_999)).toEqual([])
        expect(await over(2_000)).toEqual(['ann'])
        expect(await over(9_000)).toEqual(['ann', 'bea'])
        expect(await over(9_000, 1)).toHaveLength(1)
      })

      it('returns copies', async () => {
        await users.insert(aUser())
        const [listed] = await users.list(everybody)
        Object.assign(listed?.profile ?? {}, { fullName: 'spoilt' })
        expect(await users.list(everybody)).toEqual([aUser()])
      })
    })

    describe('verified addresses', () => {
      const verified = { email: 'Alice@Example.org', emailVerifiedAt: 5 }

      it('finds the user who verified one, in any case, and no user who did not', async () => {
        await users.insert(aUser(verified))
        await users.insert(aUser({ username: 'bob', email: 'bob@example.org' }))
        expect(await users.findByVerifiedEmail('aLICE@example.ORG')).toEqual(aUser(verified))
        expect(await users.findByVerifiedEmail('bob@example.org')).toBeNull()
        expect(await users.findByVerifiedEmail('nobody@example.org')).toBeNull()
      })

      it('are equal in both spellings of their domain, ASCII and Unicode, in either order', async () => {
        await users.insert(aUser({ email: 'info@xn--h1alffa9f.xn--p1ai', emailVerifiedAt: 5 }))
        await users.insert(aUser({ username: 'bob', email: 'info@bücher.example', emailVerifiedAt: 5 }))
        expect(await users.findByVerifiedEmail('INFO@россия.рф')).toMatchObject({ id: 'id-of-alice' })
        expect(await users.findByVerifiedEmail('info@xn--bcher-kva.example')).toMatchObject({ id: 'id-of-bob' })
        const carol = aUser({ username: 'carol', email: 'info@россия.рф' })
        expect(await users.insert(carol)).toBe('inserted')
        expect(await users.changeEmail(carol.id, { emailVerifiedAt: 6 })).toBe('email_taken')
        const dave = aUser({ username: 'dave', email: 'Info@BÜCHER.example', emailVerifiedAt: 7 })
        expect(await users.insert(dave)).toBe('email_taken')
        expect(await users.update('id-of-bob', noAddress)).toMatchObject({ email: null })
        expect(await users.insert(dave)).toBe('inserted')
      })

      it('are unique: another user can name one but not verify it', async () => {
        await users.insert(aUser(verified))
        const bob = aUser({ username: 'bob', email: 'alice@example.ORG' })
        expect(await users.insert(bob)).toBe('inserted')
        expect(await users.changeEmail(bob.id, { emailVerifiedAt: 6 })).toBe('email_taken')
        expect(await users.find(bob.id)).toEqual(bob)
        const carol = aUser({ username: 'carol', email: 'ALICE@example.org', emailVerifiedAt: 7 })
        expect(await users.insert(carol)).toBe('email_taken')
        expect(await users.findByUsername('carol')).toBeNull()
      })

      it('are free again once given up', async () => {
        await users.insert(aUser(verified))
        await users.insert(aUser({ username: 'bob' }))
        expect(await users.update('id-of-alice', noAddress)).toMatchObject({ email: null })
        expect(await users.changeEmail('id-of-bob', verified)).toMatchObject(verified)
        expect(await users.findByVerifiedEmail('alice@example.org')).toMatchObject({ id: 'id-of-bob' })
        expect(await users.changeEmail('id-of-alice', verified)).toBe('email_taken')
      })

      it('go to one of ten concurrent verifications', async () => {
        const names = Array.from({ length: 10 }, (_, n) => `user-${n}`)
        for (const username of names) await users.insert(aUser({ username, email: verified.email }))
        const answers = await Promise.all(
          names.map((name) => users.changeEmail(`id-of-${name}`, { emailVerifiedAt: 5 })),
        )
        expect(answers.filter((answer) => answer === 'email_taken')).toHaveLength(9)
      })
    })

    describe('a username that is given up', () => {
      const until = 90_000
      const rename = (id: string, username: string, at = 2_000) =>
        users.rename(id, username, { at, reservedUntil: until })

      it('no longer finds the user, and the new one does', async () => {
        await users.insert(aUser())
        expect(await rename('id-of-alice', 'alicia')).toBe('renamed')
        expect(await users.findByUsername('alice')).toBeNull()
        expect(await users.findByUsername('alicia')).toEqual({ ...aUser(), username: 'alicia' })
        const [listed] = await users.list({ ...everybody, search: 'alicia', limit: 5 })
        expect(listed?.username).toBe('alicia')
      })

      it('stays reserved for other users for a time', async () => {
        await users.insert(aUser())
        await users.insert(aUser({ username: 'bob' }))
        await rename('id-of-alice', 'alicia')
        const newcomer = (createdAt: number) => aUser({ id: 'new', createdAt })
        const areFree = (at: number) => Promise.all(['alice', 'alicia', 'carol'].map((name) => users.isFree(name, at)))
        expect(await areFree(until - 1)).toEqual([false, false, true])
        expect(await areFree(until)).toEqual([true, false, true])
        expect(await users.insert(newcomer(until - 1))).toBe('username_taken')
        expect(await rename('id-of-bob', 'alice', until - 1)).toBe('username_taken')
        expect(await rename('id-of-alice', 'alice')).toBe('renamed')
        expect(await rename('id-of-alice', 'alicia')).toBe('renamed')
        expect(await users.insert(newcomer(until))).toBe('inserted')
      })

      it('is not given up for a taken or an impossible one', async () => {
        await users.insert(aUser())
        await users.insert(aUser({ username: 'bob' }))
        expect(await rename('id-of-alice', 'bob')).toBe('username_taken')
        expect(await rename('id-of-nobody', 'carol')).toBeNull()
        expect(await rename('id-of-alice', 'alice')).toBe('renamed')
        expect(await users.find('id-of-alice')).toEqual(aUser())
        expect(await users.insert(aUser({ id: 'new', createdAt: until }))).toBe('username_taken')
      })

      it('is not given up by a user who was suspended since the request', async () => {
        await users.insert(aUser({ status: 'suspended' }))
        const times = { at: 2_000, reservedUntil: until }
        expect(await users.rename('id-of-alice', 'alicia', times, { status: 'active' })).toBeNull()
        expect(await users.find('id-of-alice')).toEqual(aUser({ status: 'suspended' }))
        expect(await users.rename('id-of-alice', 'alicia', times, { status: 'suspended' })).toBe('renamed')
      })

      it('goes to none of thirty concurrent requests for it or for the new one', async () => {
        await users.insert(aUser())
        const askers = Array.from({ length: 30 }, (_, n) =>
          aUser({ id: `asker-${n}`, username: n % 2 === 0 ? 'alice' : 'alicia' }),
        )
        const [renamed, ...answers] = await Promise.all([
          rename('id-of-alice', 'alicia'),
          ...askers.map((user) => users.insert(user)),
        ])
        const owners = answers.filter((answer) => answer === 'inserted').length
        expect(owners).toBe(renamed === 'renamed' ? 0 : 1)
        expect((await users.list({ ...everybody, limit: 50 })).map(({ username }) => username)).toHaveLength(1 + owners)
      })

      it('stays reserved when the user is removed, until the reservation is deleted', async () => {
        await users.insert(aUser({ email: 'a@example.org', emailVerifiedAt: 5 }))
        expect(await users.remove('id-of-alice', until)).toBe(true)
        expect(await users.remove('id-of-alice', until)).toBe(false)
        expect(await users.find('id-of-alice')).toBeNull()
        expect(await users.findByVerifiedEmail('a@example.org')).toBeNull()
        expect(await users.list({ ...everybody, limit: 5 })).toEqual([])
        expect(await users.insert(aUser({ id: 'new' }))).toBe('username_taken')
        expect(await users.forgetReserved(until - 1)).toBe(0)
        expect(await users.forgetReserved(until)).toBe(1)
        expect(await users.insert(aUser({ id: 'new' }))).toBe('inserted')
      })
    })

    it('lists users who deleted their account before a time', async () => {
      await users.insert(aUser())
      for (const n of [1, 2, 3]) await users.insert(aUser({ username: `user-${n}`, deletedAt: n * 1_000 }))
      const ids = async (before: number, limit: number) =>
        (await users.listDeleted(before, limit)).map(({ username }) => username).toSorted()
      expect(await ids(3_000, 10)).toEqual(['user-1', 'user-2'])
      expect(await ids(3_001, 10)).toEqual(['user-1', 'user-2', 'user-3'])
      expect(await ids(9_000, 2)).toHaveLength(2)
      expect((await users.listDeleted(2_000, 10, 2_000)).map(({ username }) => username).toSorted()).toEqual([
        'user-1',
        'user-3',
      ])
    })

    it('does not let the last admin delete the account', async () => {
      await users.insert(aUser({ role: 'admin' }))
      await users.insert(aUser({ username: 'bob', role: 'admin', deletedAt: 1_000 }))
      expect(await users.changeStanding('id-of-alice', { deletedAt: 2_000 })).toBe('last_admin')
      expect(await users.update('id-of-bob', { deletedAt: null })).toMatchObject({ deletedAt: null })
      expect(await users.changeStanding('id-of-alice', { deletedAt: 2_000 })).toMatchObject({ deletedAt: 2_000 })
    })

    it('stores and returns copies', async () => {
      const given = aUser()
      await users.insert(given)
      const change = { profile: aProfile({ fullName: 'Changed' }) }
      const answers: (UserRecord | string | null)[] = [given]
      answers.push(await users.find(given.id), await users.findByUsername('alice'))
      answers.push(await users.update(given.id, change))
      for (const answer of answers) {
        if (typeof answer === 'object') Object.assign(answer?.profile ?? {}, { fullName: 'spoilt', age: 99 })
      }
      for (const answer of answers) Object.assign(answer ?? {}, { role: 'admin', username: 'spoilt' })
      change.profile.bio = 'spoilt'
      const expected = aUser({ profile: { fullName: 'Changed' } })
      expect(await users.find(given.id)).toEqual(expected)
      expect(await users.findByUsername('alice')).toEqual(expected)
    })

    it('is unaffected when the caller changes the object during the call', async () => {
      const given = aUser()
      const inserting = users.insert(given)
      given.username = 'spoilt'
      given.profile.bio = 'spoilt'
      await inserting
      const change = { profile: aProfile({ fullName: 'A', bio: 'B' }) }
      const updating = users.update(aUser().id, change)
      change.profile.bio = 'spoilt'
      await updating
      expect(await users.findByUsername('alice')).toEqual(aUser({ profile: { fullName: 'A', bio: 'B' } }))
    })

    it('accepts usernames with a meaning in the language [V15.3.6]', async () => {
      for (const key of trickyKeys) {
        expect(await users.find(key)).toBeNull()
        expect(await users.findByUsername(key)).toBeNull()
      }
      const people = trickyKeys.map((key) => aUser({ id: key, username: key }))
      for (const user of people) expect(await users.insert(user)).toBe('inserted')
      for (const user of people) {
        expect(await users.find(user.id)).toEqual(user)
        expect(await users.findByUsername(user.username)).toEqual(user)
        expect(await users.changeStanding(user.id, { role: 'guest' })).toEqual({ ...user, role: 'guest' })
      }
    })

    it('stores every kind of text unchanged', async () => {
      for (const [n, text] of everyKindOfText.entries()) {
        const user = aUser({ username: `user-${n}`, email: text, profile: { fullName: text, bio: text, age: null } })
        await users.insert(user)
        expect(await users.find(user.id)).toEqual(user)
      }
      const long = aUser({ username: 'long', profile: { fullName: 'x', bio: 'ü'.repeat(100_000), age: 150 } })
      await users.insert(long)
      expect(await users.find(long.id)).toEqual(long)
    })
  })
}
