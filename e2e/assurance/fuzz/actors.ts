// The sender of each form and its subject, prepared through the site's own forms.
import { randomBytes } from 'node:crypto'
import type { Agent } from 'node:http'
import { expect } from 'vitest'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { codeIn, letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'
import type { Known } from './values.ts'

export interface Actor {
  /** The sender of the form, with the required cookies. */
  client: Client
  /** The values for these names. */
  known: Partial<Record<Known, string>>
}

export type Scenario = (site: Site) => Promise<Actor>

export interface Site {
  server: TestServer
  agent: Agent
}

const newClient = ({ server, agent }: Site) => new Client(server.url, server.url, agent)

async function idOf({ server }: Site, { username }: Person): Promise<string> {
  return (await findStoredUser(server.store, username))?.id ?? ''
}

export const visitor: Scenario = async (site) => ({ client: newClient(site), known: {} })

/** A known user who is not logged in. */
export const knownVisitor: Scenario = async (site) => {
  const known = await newClient(site).signUp()
  return { client: newClient(site), known: { ...known } }
}

export const member: Scenario = async (site) => {
  const client = newClient(site)
  return { client, known: { ...(await client.signUp()) } }
}

export const memberLoggedInTwice: Scenario = async (site) => {
  const actor = await member(site)
  await newClient(site).logIn(personOf(actor))
  return actor
}

/** A user with an address that waits for its code. */
export const memberWithCode: Scenario = async (site) => {
  const client = newClient(site)
  const person = makePerson()
  const email = `${person.username}@example.org`
  const fields = { ...person, confirmPassword: person.password, email }
  expect((await client.submit('/signup', 'Sign up', fields)).location).toBe('/verify-email')
  const code = codeIn(await letterTo(site.server, email, /^Your code: \d{8}/))
  return { client, known: { ...person, code } }
}

export const memberWithAddress: Scenario = async (site) => {
  const actor = await memberWithCode(site)
  const { location } = await actor.client.submit('/verify-email', 'Verify', { code: actor.known.code ?? '' })
  expect(location).toContain('/security?address')
  return actor
}

/** The browser that opened the mailed alert link after a password change. */
export const compromiseReporter: Scenario = async (site) => {
  const { client, known } = await memberWithAddress(site)
  const password = `Barge ${randomBytes(4).toString('hex')} in the canal`
  const change = { username: known.username ?? '', currentPassword: known.password ?? '', password }
  await client.submit('/security/password', 'Change password', { ...change, confirmPassword: password })
  const letter = await letterTo(site.server, `${known.username}@example.org`, 'Your password was changed')
  const opened = newClient(site)
  await opened.open(pathIn(letter))
  return { client: opened, known }
}

/** The browser that opened a reset link handed over by an admin. */
export const forgetful: Scenario = async (site) => {
  const { client: admin, known } = await adminOver()(site)
  const page = `/admin/users/${known.subject}`
  const { location } = await admin.submit(page, 'Start a password reset', {})
  const [, token = ''] = /reset-password\?token=([\w-]{43})/.exec((await admin.open(location ?? page)).text) ?? []
  expect(token, 'the link that is handed over').not.toBe('')
  const client = newClient(site)
  await client.open(`/reset-password?token=${token}`)
  return { client, known }
}

/** The browser that opened a set-up link with one wrong letter. */
export const setterUp: Scenario = async (site) => {
  const client = newClient(site)
  const path = await site.server.setUpPath()
  await client.open(path.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))
  return { client, known: {} }
}

/** An admin and another user. `before` is what was done to that user. */
export function adminOver(before: (admin: Client, page: string) => Promise<unknown> = async () => {}): Scenario {
  return async (site) => {
    const admin = await logInAs(site.server, await firstAdmin(site.server))
    const person = await newClient(site).signUp()
    const subject = await idOf(site, person)
    await before(admin, `/admin/users/${subject}`)
    return { client: admin, known: { ...person, subject } }
  }
}

export const adminOverSuspended = adminOver((admin, page) =>
  admin.submit(`${page}/suspend`, 'Suspend', { reason: 'A test', lastDay: '' }),
)
export const adminOverDeleted = adminOver((admin, page) => admin.submit(`${page}/delete`, 'Delete account', {}))
export const adminWhoLooks = adminOver((admin, page) =>
  admin.submit(`${page}/look`, 'Start viewing', { reason: 'A test' }),
)
export const adminWithInvitation = adminOver((admin) =>
  admin.submit('/admin/invitations', 'Invite', { role: 'guest', email: '' }),
)

function personOf({ known: { username = '', password = '' } }: Actor): Person {
  return { username, password }
}
