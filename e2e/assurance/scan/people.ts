// The users of the scanned site: two members with a profile and an address, and the admin.
import { firstAdmin, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import type { Client } from '#e2e/support/client.ts'
import type { Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'

interface Member extends Person {
  /** The text on their pages only. */
  privateTexts: string[]
}

export interface People {
  member: Member
  other: Member
  admin: Person
}

export async function settlePeople(server: TestServer): Promise<People> {
  const member = await makeMember(server, 'Quillfeather')
  const other = await makeMember(server, 'Inkerman')
  return { member, other, admin: await firstAdmin(server) }
}

async function makeMember(server: TestServer, surname: string): Promise<Member> {
  const person = await makePersonWith(server, 'member')
  const client = await logInAs(server, person)
  const profile = { fullName: `Sentinel ${surname}`, bio: `Keeps the lamp of ${surname} lit.`, age: '41' }
  await client.submit('/profile/edit', 'Save profile', profile)
  const email = `${surname.toLowerCase()}@example.org`
  await client.submit('/security/email', 'Send code', { email })
  return { ...person, privateTexts: [person.username, profile.fullName, profile.bio, email] }
}

/** The same session while it lives, then a new one. */
export function visitor(server: TestServer, person: Person): () => Promise<Client> {
  let client: Client | null = null
  return async () => {
    if (client === null || !(await client.isSignedIn())) client = await logInAs(server, person)
    return client
  }
}
