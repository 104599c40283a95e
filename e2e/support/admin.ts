// Admins of a test server: the first through its set-up link, the others promoted by the first.
import { expect } from '@playwright/test'
import { Client } from '#e2e/support/client.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'
import type { Role } from '#lib/stores/types.ts'

export interface KnownPerson extends Person {
  id: string
}

const firstAdmins = new WeakMap<TestServer, Promise<Person>>()

/** Logged in just now, which counts as a recent authentication. */
export async function logInAs({ url }: TestServer, person: Person): Promise<Client> {
  const client = new Client(url)
  await client.logIn(person)
  expect(await client.isSignedIn(), `${person.username} is logged in`).toBe(true)
  return client
}

/** The server's first admin, created at the first call. */
export function firstAdmin(server: TestServer): Promise<Person> {
  const made = firstAdmins.get(server) ?? makeFirstAdmin(server)
  firstAdmins.set(server, made)
  return made
}

async function makeFirstAdmin(server: TestServer): Promise<Person> {
  const client = new Client(server.url)
  const person = makePerson()
  await client.open(await server.setUpPath())
  if (!(await client.open('/setup')).text.includes('Create administrator')) {
    // The link has expired by this server's clock: a restart prints another.
    await server.restart()
    await client.open(await server.setUpPath())
  }
  const form = await client.findForm('/setup', 'Create administrator')
  const { location } = await client.post(form, Object.entries({ ...person, confirmPassword: person.password }))
  expect(location).toBe('/admin')
  return person
}

/** A new user with this role. */
export async function makePersonWith(server: TestServer, role: Role): Promise<KnownPerson> {
  const person = await new Client(server.url).signUp()
  const { id } = (await findStoredUser(server.store, person.username)) ?? { id: '' }
  if (role !== 'member') {
    const admin = await logInAs(server, await firstAdmin(server))
    const { location } = await admin.submit(`/admin/users/${id}`, 'Change role', { role })
    expect(location).toBe(`/admin/users/${id}?done=role`)
  }
  return { ...person, id }
}
