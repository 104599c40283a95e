import { expect, it } from 'vitest'

import { aUser, recordsOf } from '#lib/stores/contract/samples.ts'
import type { StoredRecord } from '#lib/stores/types.ts'

import { freshFolder, type TestFolder } from './folder-for-test.ts'

it('warns once when the number of users exceeds the limit, and again at the next start', async () => {
  const folder = await freshFolder()
  const { users, replaceAll, close } = await folder.open()
  await replaceAll(recordsOf(people(10_000)))
  expect(warningsOf(folder)).toEqual([])
  await users.insert(aUser({ username: 'one-more' }))
  expect(warningsOf(folder)).toEqual([
    expect.stringMatching(/users\.json holds more than 10,000 people\..* npm run cli -- store migrate --to sqlite:/),
  ])
  await users.insert(aUser({ username: 'and-another' }))
  expect(warningsOf(folder)).toHaveLength(1)
  await close()
  await folder.open()
  expect(warningsOf(folder)).toHaveLength(2)
})

it('warns when many users arrive at once', async () => {
  const folder = await freshFolder()
  const { replaceAll } = await folder.open()
  await replaceAll(recordsOf(people(10_001)))
  expect(warningsOf(folder)).toHaveLength(1)
})

function people(count: number): StoredRecord[] {
  return Array.from({ length: count }, (_, n) => ({ kind: 'user', record: aUser({ username: `user-${n}` }) }))
}

function warningsOf({ log }: TestFolder): string[] {
  return log.filter(({ level }) => level === 'warn').map(({ message }) => message)
}
