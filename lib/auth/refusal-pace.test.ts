import { hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { describe, expect, test } from 'vitest'
import { quickHashes } from '../core/crypto/password.ts'
import { aLoginClient, openTestServices, storeNames } from '../services-for-test.ts'
import { aUser } from '../stores/contract/samples.ts'
import { createRefusalPace } from './refusal-pace.ts'

/** A fake clock that only work and waiting advance. Waiters resume in order of time. */
function createTime() {
  let now = 0
  const waiting: { at: number; go: () => void }[] = []
  const until = (at: number) => new Promise<void>((go) => waiting.push({ at, go }))
  return {
    now: () => now,
    wait: (ms: number) => until(now + ms),
    async run() {
      for (;;) {
        await settle()
        const [next] = waiting.toSorted((a, b) => a.at - b.at)
        if (next === undefined) return
        waiting.splice(waiting.indexOf(next), 1)
        now = Math.max(now, next.at)
        next.go()
      }
    },
  }
}

/** Runs everything that waits for no time. */
async function settle() {
  for (let n = 0; n < 50; n += 1) await Promise.resolve()
}

interface Try {
  code?: string
  name?: string
  password?: string
  address?: string
  /** The user whose known browser sends the attempt. */
  known?: string | null
}

function createScene({ hasOther = false, hasMetSlow = false, isAway = false } = {}) {
  const time = createTime()
  const asked: (readonly string[])[] = []
  const store = {
    async hasOtherHash(beginnings: readonly string[]) {
      asked.push(beginnings)
      if (isAway) throw new Error('away')
      return hasOther
    },
  }
  const pace = createRefusalPace({ store, passwords: { hasMetSlow: () => hasMetSlow }, now: time.now, wait: time.wait })
  /** The answer and its time after this much work. No code means success. */
  async function answer(
    workMs: number,
    { code = 'credentials_wrong', name = 'ada', password = 'x', address = '', known = null }: Try,
    onHeld?: () => void,
  ) {
    const tried = async () => {
      if (workMs > 0) await time.wait(workMs)
      return code === '' ? ({ ok: true } as const) : ({ ok: false, code } as const)
    }
    const outcome = await pace.hold({ name, password, address, findKnown: async () => known }, tried, onHeld)
    return { code: outcome.ok ? '' : outcome.code, at: time.now() }
  }
  const answeredAt = async (workMs: number, of: Try) => (await answer(workMs, of)).at
  return { time, asked, answer, answeredAt }
}

async function moments(scene: ReturnType<typeof createScene>, tries: Promise<number>[]): Promise<number[]> {
  await scene.time.run()
  return Promise.all(tries)
}

describe('a refusal', () => {
  test.each([
    ['without hashes of other systems', false, [0, 5, 40, 299], 300],
    ['with hashes of other systems', true, [0, 40, 280, 1200, 1999], 2000],
  ])('comes at the same moment whatever it took, in a store %s [T22]', async (_, hasOther, works, moment) => {
    for (const work of works) {
      for (const code of ['credentials_wrong', 'too_soon', 'too_soon_here', 'password_locked', 'suspended', 'busy']) {
        const scene = createScene({ hasOther })
        expect(await moments(scene, [scene.answeredAt(work, { code })]), `${code} ${work}`).toEqual([moment])
      }
    }
  })

  test('that takes longer comes at the next such moment', async () => {
    const scene = createScene()
    expect(await moments(scene, [scene.answeredAt(301, {})])).toEqual([600])
  })

  test('of a password with several Unicode forms comes that many times later', async () => {
    const scene = createScene({ hasOther: true })
    expect(await moments(scene, [scene.answeredAt(1, { password: 'Grüße' })])).toEqual([4000])
  })

  test('reveals no comparison time through a queue for the same name or IP address [T22]', async () => {
    const names = { 'the same name': ['ada', 'ada', 'ada'], 'the same address': ['ada', 'bea', 'cleo'] }
    for (const [what, [first = '', second = '', third = '']] of Object.entries(names)) {
      for (const work of [40, 1200]) {
        const scene = createScene({ hasOther: true })
        // Attempts for one name or address are compared one after the other. The last is only told to wait.
        const tries = [
          scene.answeredAt(work, { name: first, address: '192.0.2.1' }),
          scene.answeredAt(2 * work, { name: second, address: '192.0.2.1' }),
          scene.answeredAt(2 * work + 1, { name: third, address: '192.0.2.1', code: 'too_soon' }),
        ]
        expect(await moments(scene, tries), `${what}, ${work}`).toEqual([2000, 4000, 4000])
      }
    }
  })

  test('of other clients does not wait for the queue', async () => {
    const scene = createScene()
    const tries = [
      scene.answeredAt(1, { name: 'ada', address: '192.0.2.1' }),
      scene.answeredAt(1, { name: 'bea', address: '192.0.2.2' }),
    ]
    expect(await moments(scene, tries)).toEqual([300, 300])
  })

  test('frees its place while it only waits', async () => {
    const scene = createScene()
    let heldAt: number | null = null
    const held = scene.answer(40, {}, () => {
      heldAt = scene.time.now()
    })
    await scene.time.run()
    await held
    expect([heldAt, scene.time.now()]).toEqual([40, 300])
  })
})

describe('with all places taken', () => {
  /** As many waiting refusals as there are places. */
  const crowds = {
    'of one address': Array.from({ length: 20 }, () => ({ address: '192.0.2.1' })),
    'of all addresses': Array.from({ length: 250 }, (_, n) => ({ name: `${n}`, address: `198.51.100.${n % 200}` })),
  }
  const next = { name: 'bea', address: '192.0.2.1' }

  async function fill(scene: ReturnType<typeof createScene>, crowd: Try[]) {
    const waiting = crowd.map((one) => scene.answer(0, { code: 'too_soon', ...one }))
    await settle()
    return { codes: async () => new Set((await Promise.all(waiting)).map(({ code }) => code)) }
  }

  test.each(Object.entries(crowds))('%s, a right password succeeds', async (_, crowd) => {
    const scene = createScene({ hasOther: true })
    await fill(scene, crowd)
    const right = scene.answer(7, { ...next, code: '' })
    await scene.time.run()
    expect(await right).toEqual({ code: '', at: 7 })
  })

  test.each(Object.entries(crowds))(
    '%s, a refusal tells nothing, neither by its code nor by its time [T22]',
    async (_, crowd) => {
      for (const code of ['credentials_wrong', 'too_soon', 'suspended', 'password_locked']) {
        for (const work of [1, 280, 1999]) {
          const scene = createScene({ hasOther: true })
          const waiting = await fill(scene, crowd)
          const refused = scene.answer(work, { ...next, code })
          await scene.time.run()
          expect(await refused, `${code} ${work}`).toEqual({ code: 'busy', at: 2000 })
          expect(await waiting.codes()).toEqual(new Set(['too_soon']))
          const later = scene.answer(1, next)
          await scene.time.run()
          expect(await later).toMatchObject({ code: 'credentials_wrong' })
        }
      }
    },
  )

  test('a queue of refusals reveals nothing and waits for no more than its places [T22]', async () => {
    for (const work of [40, 900]) {
      const scene = createScene({ hasOther: true })
      await fill(scene, crowds['of one address'])
      const tries = [1, 2, 3, 4, 5, 6].map((nth) => scene.answer(nth * work, next))
      await scene.time.run()
      expect((await Promise.all(tries)).map(({ at }) => at)).toEqual([2000, 4000, 6000, 8000, 10_000, 10_000])
    }
  })

  test('taken by one address, another address gets the usual answer', async () => {
    const scene = createScene()
    await fill(scene, crowds['of one address'])
    const other = scene.answer(1, { name: 'bea', address: '192.0.2.2' })
    await scene.time.run()
    expect(await other).toMatchObject({ code: 'credentials_wrong' })
  })

  test.each(Object.entries(crowds))('%s, a known browser still has a place', async (_, crowd) => {
    const scene = createScene()
    await fill(scene, crowd)
    const known = scene.answer(1, { ...next, known: 'id-of-bea' })
    await scene.time.run()
    expect(await known).toEqual({ code: 'credentials_wrong', at: 300 })
  })

  test('taken by known browsers of one user, the next counts by its address and others are unaffected', async () => {
    const scene = createScene()
    await fill(
      scene,
      Array.from({ length: 20 }, () => ({ known: 'id-of-bea' })),
    )
    const more = [
      ...Array.from({ length: 21 }, () => scene.answer(1, { ...next, known: 'id-of-bea', code: 'too_soon' })),
      scene.answer(1, { name: 'cleo', address: '192.0.2.3', known: 'id-of-cleo', code: 'too_soon' }),
    ]
    await scene.time.run()
    const codes = (await Promise.all(more)).map(({ code }) => code)
    expect(codes).toEqual([...Array.from({ length: 20 }, () => 'too_soon'), 'busy', 'too_soon'])
  })

  test('taken by running attempts, the next is busy however long they take [T22]', async () => {
    for (const work of [1, 280]) {
      const scene = createScene({ hasOther: true })
      crowds['of one address'].map((one) => scene.answer(work, one))
      const later = scene.time.wait(100).then(() => scene.answer(1, next))
      await scene.time.run()
      expect(await later).toMatchObject({ code: 'busy' })
    }
  })
})

test('an attempt without a comparison waits only a few steps behind others, however long their queue is', async () => {
  const scene = createScene()
  const row = Array.from({ length: 5 }, () => scene.answeredAt(1, { name: 'nobody', password: 'Grüße' }))
  const after = scene.answeredAt(2, { name: 'nobody', code: 'too_soon' })
  expect(await moments(scene, [...row, after])).toEqual([600, 1200, 1800, 2400, 3000, 1500])
})

test('an attempt without a comparison does not reveal how long a whole queue took [T22]', async () => {
  const password = 'Gr\u00fc\u00dfe, Zoe\u0308'
  for (const work of [3 * 40, 3 * 280]) {
    const scene = createScene({ hasOther: true })
    for (let nth = 1; nth <= 10; nth += 1) scene.answer(nth * work, { password })
    expect(await moments(scene, [scene.answeredAt(10 * work + 1, { code: 'too_soon_here' })])).toEqual([10_000])
  }
})

test('a queue of strangers does not delay a known browser', async () => {
  const scene = createScene()
  const row = Array.from({ length: 3 }, () => scene.answeredAt(1, {}))
  expect(await moments(scene, [...row, scene.answeredAt(2, { known: 'id-of-ada' })])).toEqual([300, 600, 900, 300])
})

test('a browser is known only by the present password of the named user', async () => {
  await using opened = await openTestServices()
  const { accounts, stores } = opened.app
  await opened.addPerson('ada')
  await opened.addPerson('bea')
  // Like a device cookie: it names the user it let in and the time of the password.
  const isKnown = (user: { id: string; passwordChangedAt: number | null }) =>
    user.id === 'ada' && user.passwordChangedAt === null
  const thief = { ...aLoginClient(), isKnown }
  const found = () =>
    Promise.all(['Ada', 'bea', 'nobody', ' '].map(async (name) => (await accounts.identify(name, thief)).isKnown))
  expect(await found()).toEqual([true, false, false, false])
  await stores.users.update('ada', { passwordChangedAt: 1 })
  expect(await found()).toEqual([false, false, false, false])
})

test('a success is answered at once', async () => {
  const scene = createScene({ hasOther: true })
  expect(await moments(scene, [scene.answeredAt(7, { code: '' })])).toEqual([7])
})

test('asks the store once an hour, and counts a slow hash as soon as it meets one', async () => {
  const scene = createScene({ hasMetSlow: true })
  expect(await moments(scene, [scene.answeredAt(1, {})])).toEqual([2000])
  expect(await moments(scene, [scene.answeredAt(1, {})])).toEqual([4000])
  expect(scene.asked).toEqual([quickHashes])
  await moments(scene, [scene.answeredAt(3_600_000, {})])
  expect(scene.asked).toHaveLength(2)
})

test('assumes slow hashes when the store cannot be asked, and asks again after a minute', async () => {
  const scene = createScene({ isAway: true })
  expect(await moments(scene, [scene.answeredAt(1, {})])).toEqual([2000])
  expect(await moments(scene, [scene.answeredAt(1, {}), scene.answeredAt(1, {})])).toEqual([4000, 6000])
  expect(scene.asked).toHaveLength(1)
  await moments(scene, [scene.answeredAt(60_000, {})])
  expect(scene.asked).toHaveLength(2)
})

test.each(storeNames)('finds slow hashes in the store on %s', async (name) => {
  await using opened = await openTestServices({}, name)
  const { users } = opened.app.stores
  const own = await opened.app.passwords.hash('one of our own')
  if (!own.ok) throw new Error(own.code)
  const insert = (id: string, passwordHash: string) => users.insert(aUser({ id, username: id, passwordHash }))
  await insert('own', own.value)
  await insert('none', '!')
  await insert('sha256', `sha256$${'0'.repeat(64)}`)
  expect(await users.hasOtherHash(quickHashes)).toBe(false)
  await insert('weak', await hash('x', { memoryCost: 4096 }))
  expect(await users.hasOtherHash(quickHashes)).toBe(true)
  await users.remove('weak', 0)
  await insert('bcrypt', await bcryptHash('x', { cost: 4 }))
  expect(await users.hasOtherHash(quickHashes)).toBe(true)
})
