// Files exactly as earlier versions wrote them. Every version must open them.

import { readdir } from 'node:fs/promises'

import { expect, it } from 'vitest'

import { newUser } from '#lib/stores/kinds.ts'

import { freshFolder, ownFiles } from './folder-for-test.ts'

const id = '5d6f7c1e8b904a3c9d2e1f0a7b6c5d4e'
const live = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'
const over = '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d'
const passwordHash = '$argon2id$v=19$m=19456,t=2,p=1$qZf1mLxKkJ5Yh0Wv2n8RrA$3mVtI1cN0sXoQeYw7uJdKpB5fHzGl2aTr6Uy9MvExDk'

const users = `{"version":1,"users":{
"${id}":{"id":"${id}","username":"zoe","passwordHash":"${passwordHash}","email":null,"emailVerifiedAt":null,"role":"member","status":"active","profile":{"fullName":"Zoë Ünïcode","bio":"First line\\nsecond \\"line\\"","age":41},"createdAt":1767225600123}
}}
`
const sessions = `{"version":1,"sessions":{
"${live}":{"userId":"${id}","createdAt":1767225600456,"lastActivityAt":1767225912345}
},"ended":{
"${over}":{"reason":"signed-out","at":1767225999999}
}}
`

it('opens a folder of version 0.1.0, which has no tokens', async () => {
  const folder = await freshFolder()
  await folder.write('users.json', users)
  await folder.write('sessions.json', sessions)
  const stores = await folder.open()

  const profile = { fullName: 'Zoë Ünïcode', bio: 'First line\nsecond "line"', age: 41 }
  const zoe = newUser({ id, username: 'zoe', passwordHash, profile, createdAt: 1_767_225_600_123 })
  expect(await stores.users.findByUsername('zoe')).toEqual(zoe)
  const times = { createdAt: 1_767_225_600_456, lastActivityAt: 1_767_225_912_345 }
  const of = { authentications: ['password'], passwordChangedAt: -1, factorsChangedAt: null }
  const session = { id: live, userId: id, ...times, ...of, provedAt: 0, userAgent: '', address: '' }
  expect(await stores.sessions.listByUser(id)).toEqual([session])
  expect(await stores.sessions.findEndReason(over)).toBe('signed-out')
  expect(folder.log).toEqual([])

  expect((await readdir(folder.dir)).toSorted()).toEqual(ownFiles)
  expect(await folder.read('users.json')).toBe(users)
  expect(await folder.read('sessions.json')).toBe(sessions)
  await stores.sessions.touch(live, session.lastActivityAt + 1, {
    activeAfter: 0,
    createdAfter: 0,
    latest: Number.MAX_SAFE_INTEGER,
    recentAfter: Number.MAX_SAFE_INTEGER,
  })
  await stores.close()
  const added =
    ',"provedAt":0,"authentications":["password"],"passwordChangedAt":-1,"factorsChangedAt":null,"userAgent":"","address":""'
  expect(await folder.read('sessions.json')).toBe(sessions.replace('912345', `912346${added}`))
})
