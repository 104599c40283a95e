import { expect, it } from 'vitest'

import { takeOverStreamlit } from './streamlit.ts'

const hash = '51dab7e905c65f832ef0b434ecc709a0947fee36141ab966a90167d9cb593bff'

function takeOver(json: string) {
  let ids = 0
  return takeOverStreamlit(JSON.parse(json), { now: 7_000, newId: () => `id-${++ids}` })
}

function person(profile: unknown): string {
  return JSON.stringify({ alice: { password: hash, profile } })
}

it('takes a user over with password and profile', () => {
  expect(takeOver(person({ full_name: 'Alice Liddell', bio: 'one\ntwo', age: 150 }))).toMatchObject({
    users: [
      {
        id: 'id-1',
        username: 'alice',
        passwordHash: `sha256$${hash}`,
        role: 'member',
        profile: { fullName: 'Alice Liddell', bio: 'one\ntwo', age: 150 },
        createdAt: 7_000,
      },
    ],
    refused: [],
    notes: [],
  })
})

it('lower-cases name and hash', () => {
  const [user] = takeOver(`{"Dave":{"password":"${hash.toUpperCase()}","profile":{}}}`).users
  expect(user).toMatchObject({ username: 'dave', passwordHash: `sha256$${hash}` })
})

it('keeps text that the form would reject', () => {
  const profile = { full_name: 'x'.repeat(500), bio: '\u0007ü'.repeat(5_000), age: 0 }
  const { users, notes } = takeOver(person(profile))
  expect(users[0]?.profile).toMatchObject({ fullName: profile.full_name, bio: profile.bio, age: 0 })
  expect(notes).toEqual([])
})

it('removes text that no store accepts, with a note', () => {
  const profile = { full_name: 'A\0da \uD83D', bio: 'x'.repeat(200_000), age: 0 }
  const { users, refused, notes } = takeOver(JSON.stringify({ ada: { password: hash, profile } }))
  expect(refused).toEqual([])
  expect(users[0]?.profile).toMatchObject({ fullName: 'Ada ', bio: 'x'.repeat(100_000), age: 0 })
  expect(notes.map(({ reason }) => reason)).toEqual([
    '"ada": profile.fullName has a NUL in it, which is left out.',
    '"ada": profile.bio is longer than 100,000 characters, which is left out.',
  ])
})

it.each([
  ['a missing profile', undefined, 'The profile is missing; it is empty now.'],
  ['a profile that is text', 'x', 'The profile is not an object; it is empty now.'],
  ['a profile that is a list', [], 'The profile is not an object; it is empty now.'],
  ['a name that is a number', { full_name: 5 }, 'The full name is not text; it is empty now.'],
  ['a bio that is null', { bio: null }, 'The bio is not text; it is empty now.'],
  ['an age in words', { age: '19' }, 'The age is not a whole number from 0 to 150; it is not set now.'],
  ['an age of 151', { age: 151 }, 'The age is not a whole number from 0 to 150; it is not set now.'],
  ['an age of -1', { age: -1 }, 'The age is not a whole number from 0 to 150; it is not set now.'],
  ['half an age', { age: 1.5 }, 'The age is not a whole number from 0 to 150; it is not set now.'],
  ['an unknown field', { colour: 'red', size: 1 }, 'The profile has unknown fields, left out: "colour", "size".'],
])('takes a user over without %s, with a note', (_, profile, note) => {
  const { users, refused, notes } = takeOver(person(profile))
  expect(users[0]?.profile).toMatchObject({ fullName: '', bio: '', age: null })
  expect(refused).toEqual([])
  expect(notes).toEqual([{ name: 'alice', reason: `"alice": ${note}` }])
})

it('adds no note about missing fields', () => {
  expect(takeOver(person({}))).toMatchObject({ refused: [], notes: [] })
  expect(takeOver(person({ age: null }))).toMatchObject({ refused: [], notes: [] })
})

it('notes unknown fields, even __proto__', () => {
  const json = `{"alice":{"password":"${hash}","profile":{},"__proto__":{"role":"admin"},"role":"admin"}}`
  const { users, notes } = takeOver(json)
  expect(users[0]?.role).toBe('member')
  expect(notes[0]?.reason).toBe('"alice": The user has unknown fields, left out: "__proto__", "role".')
})

it('gives a name to the user with the lower-case spelling, else to the first', () => {
  const json = `{"Alice":{"password":"${hash}"},"alice":{"password":"${hash}"},"BOB":{"password":"${hash}"},"Bob":{"password":"${hash}"}}`
  const { users, refused } = takeOver(json)
  expect(users.map(({ username }) => username)).toEqual(['alice', 'bob'])
  expect(refused).toEqual([
    {
      name: 'Alice',
      reason: '"Alice": The name differs only in case from "alice", which has the account now.',
    },
    { name: 'Bob', reason: '"Bob": The name differs only in case from "BOB", which has the account now.' },
  ])
})

it('does not give a name to a user without a valid password', () => {
  const { users, refused } = takeOver(`{"alice":{"password":"x"},"Alice":{"password":"${hash}"}}`)
  expect(users.map(({ username }) => username)).toEqual(['alice'])
  expect(refused.map(({ name }) => name)).toEqual(['alice'])
})

it.each(['ab', 'Max Muster', 'zoë', '__proto__', '.hidden', 'a'.repeat(33), ''])('rejects the name %j', (name) => {
  const { users, refused } = takeOver(`{${JSON.stringify(name)}:{"password":"${hash}"}}`)
  expect(users).toEqual([])
  expect(refused).toEqual([{ name, reason: expect.stringContaining('The name is not 3 to 32 characters') }])
})

it.each(['letmein', '', `${hash}0`, hash.slice(1), `${hash.slice(1)}g`, `${hash}\n`, null, 5, []])(
  'rejects the password %j without repeating it',
  (password) => {
    const { users, refused } = takeOver(JSON.stringify({ alice: { password } }))
    expect(users).toEqual([])
    const reason = '"alice": The stored password is not a SHA-256 hash of 64 hexadecimal digits.'
    expect(refused).toEqual([{ name: 'alice', reason }])
  },
)

it.each(['null', '"x"', '5', '[]'])('rejects %s in place of a user', (value) => {
  expect(takeOver(`{"alice":${value}}`).refused).toEqual([
    { name: 'alice', reason: '"alice": The value stored under the name is not an object.' },
  ])
})

it('takes over users named like properties of Object', () => {
  const names = ['constructor', 'tostring', 'valueof', 'version', 'users']
  const { users } = takeOver(JSON.stringify(Object.fromEntries(names.map((name) => [name, { password: hash }]))))
  expect(users.map(({ username }) => username)).toEqual(names)
})

it.each(['null', '[]', '5', '{}'])('finds no users in %s', (json) => {
  expect(takeOver(json)).toEqual({ users: [], refused: [], notes: [] })
})
