// Who is asking: the second door. Every page, action and handler that is not public asks here by itself, whatever
// middleware did before it.
import 'server-only'
import { cookies } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import type { User } from '#lib/accounts/accounts.ts'
import { services } from '#lib/services.ts'
import { deadlines } from '#lib/sessions/window.ts'
import type { EndReason, Role } from '#lib/stores/types.ts'
import { readSession } from './current-session.ts'
import { logInPath } from './next-path.ts'

export interface SignedIn {
  user: User
  /** Epoch milliseconds, by the server's clock. */
  session: {
    /** The id of its record, never of use as a token. */
    id: string
    startedAt: number
    idleDeadline: number
    absoluteDeadline: number
    /** When the person last proved who they are. */
    provedAt: number
    now: number
  }
}

/** The person behind the request, or null. Reads the records once a request, and never slides the window. */
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

/**
 * The same for one role; to everyone else who is signed in there is no such page.
 *
 * @public for the pages of those who build on this
 */
export async function requireRole(role: Role, path: string): Promise<SignedIn> {
  const signedIn = await requireUser(path)
  if (signedIn.user.role !== role) notFound()
  return signedIn
}

const lookUp = cache(async (): Promise<{ signedIn: SignedIn | null; reason: EndReason | null }> => {
  // Before anything is opened: asking for cookies is what keeps Next from running this while it builds.
  const jar = await cookies()
  const app = await services()
  const current = await readSession(jar, app, { touch: false })
  if (!current.live) return { signedIn: null, reason: current.reason }
  const user = await app.accounts.findActive(current.session.userId)
  if (user === null) return { signedIn: null, reason: 'ended' }
  const { id, createdAt, provedAt } = current.session
  const limits = deadlines(current.session, app.settings.session)
  return {
    signedIn: { user, session: { id, startedAt: createdAt, provedAt, ...limits, now: app.clock() } },
    reason: null,
  }
})
