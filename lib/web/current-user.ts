// Who is asking: the second door. Every page, action and handler that is not public asks here by itself, whatever
// middleware did before it.
import 'server-only'
import { cookies, headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import type { User } from '#lib/auth/accounts.ts'
import { deadlines } from '#lib/auth/sessions/window.ts'
import { recordDenial } from '#lib/core/command.ts'
import { can, type Permission } from '#lib/core/roles/permissions.ts'
import { type Services, services } from '#lib/services.ts'
import type { EndReason, Role, SessionRecord } from '#lib/stores/types.ts'
import { readClientAddress } from './client-address.ts'
import { readSession } from './current-session.ts'
import { formTokenFor } from './form-token.ts'
import { logInPath } from './next-path.ts'

export interface SignedIn {
  /** Whose pages these are. */
  user: User
  /** The admin who looks at them as this person sees them, and until when; null for everybody in their own place. */
  impersonation: { admin: User; endsAt: number } | null
  /** Epoch milliseconds, by the server's clock. */
  session: {
    /** The id of its record, never of use as a token. */
    id: string
    /** Whose log-in it is, also while they look as another person. */
    userId: string
    startedAt: number
    idleDeadline: number
    absoluteDeadline: number
    /** When the person last proved who they are. */
    provedAt: number
    now: number
    /** What the forms of this log-in carry. */
    formToken: string
  }
}

/**
 * The person behind the request, or null. Reads the records once a page, in an action at each question (React caches for
 * renders alone), and never slides the window.
 */
export async function findSignedIn(): Promise<SignedIn | null> {
  const found = await lookUp()
  return found.signedIn
}

/** Why the session that the request presents is over; null when it presents none. */
export async function findEndReason(): Promise<EndReason | null> {
  const found = await lookUp()
  return found.reason
}

/** The person behind the request; everyone else is sent to log in and then back to `path`. */
export async function requireUser(path: string): Promise<SignedIn> {
  const { signedIn, reason } = await lookUp()
  if (signedIn === null) redirect(logInPath(path, reason))
  return signedIn
}

/** The same for one role; to everyone else who is signed in there is no such page. */
export async function requireRole(role: Role, path: string): Promise<SignedIn> {
  const signedIn = await requireUser(path)
  if (signedIn.user.role !== role) {
    await noteDenial(signedIn, path)
    notFound()
  }
  return signedIn
}

/** The same for what not every role may do, and nobody who looks as another person. A page says so. */
export async function requirePermission(permission: Permission, path: string): Promise<SignedIn> {
  const signedIn = await requireUser(path)
  if (!may(signedIn, permission)) {
    await noteDenial(signedIn, path)
    redirect('/not-allowed')
  }
  return signedIn
}

/** Whether the role allows it. Who looks as another person does nothing in that person's name. */
export function may({ user, impersonation }: SignedIn, permission: Permission): boolean {
  return impersonation === null && can(user, permission)
}

async function noteDenial({ user, impersonation }: SignedIn, path: string): Promise<void> {
  const app = await services()
  const address = readClientAddress(await headers(), app.settings)
  await recordDenial(app, impersonation?.admin.id ?? user.id, address, { path: path.slice(0, 200) })
}

const lookUp = cache(async (): Promise<{ signedIn: SignedIn | null; reason: EndReason | null }> => {
  // Before anything is opened: asking for cookies is what keeps Next from running this while it builds.
  const jar = await cookies()
  const app = await services()
  const current = await readSession(jar, app, { touch: false })
  if (!current.live) return { signedIn: null, reason: current.reason }
  const owner = await app.accounts.findOwner(current.session)
  if (!owner.ok) return { signedIn: null, reason: owner.code }
  const user = owner.value
  const { id, createdAt, provedAt } = current.session
  const limits = deadlines(current.session, app.settings.session)
  const logIn = { userId: user.id, startedAt: createdAt }
  const formToken = formTokenFor(logIn, app.sessionSecrets)
  const session = { id, ...logIn, provedAt, ...limits, now: app.clock(), formToken }
  return { signedIn: { ...(await seenAs(user, current.session, app)), session }, reason: null }
})

/** The person themselves, or whom an admin looks as. */
async function seenAs(
  user: User,
  { id }: SessionRecord,
  app: Services,
): Promise<Pick<SignedIn, 'user' | 'impersonation'>> {
  const impersonation = can(user, 'look-as-person') ? await app.impersonations.find(id) : null
  const person = impersonation && (await app.accounts.findActive(impersonation.userId))
  // Whoever became an admin meanwhile is looked at no more.
  if (!impersonation || !person || can(person, 'look-as-person')) return { user, impersonation: null }
  return { user: person, impersonation: { admin: user, endsAt: impersonation.endsAt } }
}
