import { setImmediate as nextTurn } from 'node:timers/promises'

import { expect, it } from 'vitest'

import { aUser, everybody, recordsOf } from '#lib/stores/contract/samples.ts'
import type { Stores, UserQuery } from '#lib/stores/types.ts'

import { freshFolder } from './folder-for-test.ts'

/** Names in no sorted order, many with the same prefix. */
const usernames = Array.from({ length: 3_000 }, (_, n) => `u${(n * 7_919) % 3_000}`)

it('returns the same pages as sorting all users, in any order of insertion', async () => {
  const { users } = await folderOf(usernames)
  const sorted = usernames.toSorted()
  for (const limit of [1, 7, 100, 2_999, 5_000]) {
    const found: string[] = []
    for (let page = await names(users, { limit }); page.length > 0; ) {
      expect(page.length).toBeLessThanOrEqual(limit)
      found.push(...page)
      page = limit === 1 && found.length > 20 ? [] : await names(users, { limit, after: found.at(-1) ?? '' })
    }
    expect(found).toEqual(sorted.slice(0, found.length))
    expect(found.length).toBeGreaterThan(20)
  }
  for (const order of [sorted, sorted.toReversed()]) {
    const ordered = await folderOf(order)
    expect(await names(ordered.users, { after: 'u2', limit: 10 })).toEqual(sorted.filter((n) => n > 'u2').slice(0, 10))
  }
})

it('yields to the event loop during a scan', async () => {
  const { users } = await folderOf(usernames)
  let isOver = false
  const searching = names(users, { search: 'nobody', limit: 10 }).finally(() => {
    isOver = true
  })
  let turns = 0
  while (!isOver) {
    await nextTurn()
    turns++
  }
  expect(await searching).toEqual([])
  expect(turns).toBeGreaterThan(2)
})

it('visits every user once during sign-ups and changes', async () => {
  const { users } = await folderOf(usernames)
  const listing = names(users, { limit: 10_000 })
  const updates = ['u0', 'u1', 'u2999'].map((name) => users.changeEmail(`id-of-${name}`, { email: 'a@example.org' }))
  const newcomer = users.insert(aUser({ username: 'newcomer' }))
  const found = (await listing).filter((name) => name !== 'newcomer')
  expect(found).toEqual(usernames.toSorted())
  await Promise.all([...updates, newcomer])
  expect(await names(users, { search: 'A@EXAMPLE', limit: 10 })).toEqual(['u0', 'u1', 'u2999'])
})

it('searches what is on disk, before and after a change', async () => {
  const { users, replaceAll } = await folderOf(['alice'])
  const search = (text: string) => names(users, { search: text, limit: 10 })
  expect(await search('wonder')).toEqual([])
  const updating = users.changeEmail('id-of-alice', { email: 'alice@wonderland.example' })
  expect(await search('wonder')).toEqual([])
  await updating
  expect(await search('wonder')).toEqual(['alice'])
  await replaceAll(recordsOf([{ kind: 'user', record: aUser({ email: null }) }]))
  expect(await search('wonder')).toEqual([])
})

async function folderOf(names: readonly string[]): Promise<Stores> {
  const stores = await (await freshFolder()).open()
  await stores.replaceAll(recordsOf(names.map((username) => ({ kind: 'user', record: aUser({ username }) }))))
  return stores
}

async function names(
  users: Stores['users'],
  { after, ...query }: Partial<Omit<UserQuery, 'after'>> & { after?: string },
): Promise<string[]> {
  const place = after === undefined ? null : { username: after, createdAt: 1_000 }
  const found = await users.list({ ...everybody, ...query, after: place })
  return found.map(({ username }) => username)
}
