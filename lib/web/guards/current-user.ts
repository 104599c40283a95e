// Finds the user of a request. Every page, action and handler that is not public checks here, independent of
// middleware.
import 'server-only'
import { cookies, headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import type { User } from '#lib/auth/accounts.ts'
import { deadlines } from '#lib/auth/sessions/timeouts.ts'
import { recordDenial } from '#lib/core/command.ts'
import { can, type Permission } from '#lib/core/roles/permissions.ts'
import { lacksRequiredFactor } from '#lib/core/roles/required-factor.ts'
import { type Services, services } from '#lib/services.ts'
import type { AuthenticationMethod, EndReason, Role, SessionRecord } from '#lib/stores/types.ts'
import { readClientAddress } from '../client-address.ts'
import { formTokenFor } from '../forms/form-token.ts'
import { readSession } from './current-session.ts'
import { logInPath } from './next-path.ts'

const twoFactorPath = '/security/two-factor'

export interface SignedIn {
  /** The user whose pages are shown. */
  user: User
  /** The impersonating admin and the end of the impersonation, or null. */
  impersonation: { admin: User; endsAt: number } | null
  /** Epoch milliseconds, by the server's clock. */
  session: {
    /** The id of the session record; not usable as a token. */
    id: string
    /** The user who logged in, even while impersonating another. */
    userId: string
    startedAt: number
    idleDeadline: number
    absoluteDeadline: number
    /** When the user last re-authenticated, and how. */
    provedAt: number
    authentications: AuthenticationMethod[]
    now: number
    /** The token for forms of this log-in. */
    formToken: string
  }
}

/**
 * The user of the request, or null. Never extends the idle window. Reads the records once per render, but at each call
 * in an action, since React caches only renders.
 */
export async function findSignedIn(): Promise<SignedIn | null> {
  const found = await lookUp()
  return found.signedIn
}

/** Why the request's session ended; null if it has none. */
export async function findEndReason(): Promise<EndReason | null> {
  const found = await lookUp()
  return found.reason
}

/** The pages for a session that lacks the second factor that its role requires. */
const enrolmentPaths = [twoFactorPath, '/security/passkeys', '/confirm']

/**
 * The user of the request. Redirects anyone else to the log-in page, which leads back to `path`, and a session that lacks
 * a required second factor to its enrolment.
 */
export async function requireUser(path: string): Promise<SignedIn> {
  const { signedIn, reason } = await lookUp()
  if (signedIn === null) redirect(logInPath(path, reason))
  if (!enrolmentPaths.includes(path) && (await mustEnrol(signedIn))) redirect(twoFactorPath)
  return signedIn
}

/** Whether the session lacks the second factor that the role of its user requires. */
export async function mustEnrol({ user, impersonation, session }: SignedIn): Promise<boolean> {
  const { requireTwoFactor } = (await services()).settings
  return lacksRequiredFactor((impersonation?.admin ?? user).role, session.authentications, requireTwoFactor)
}

/** Like `requireUser`, for one role. Other users get 404. */
export async function requireRole(role: Role, path: string): Promise<SignedIn> {
  const signedIn = await requireUser(path)
  if (signedIn.user.role !== role) {
    await noteDenial(signedIn, path)
    notFound()
  }
  return signedIn
}

/** Like `requireUser`, with a permission. Without it, or while impersonating, redirects to a page that says so. */
export async function requirePermission(permission: Permission, path: string): Promise<SignedIn> {
  const signedIn = await requireUser(path)
  if (!may(signedIn, permission)) {
    await noteDenial(signedIn, path)
    redirect('/not-allowed')
  }
  return signedIn
}

/** Whether the user's role allows it. Impersonation is read-only. */
export function may({ user, impersonation }: SignedIn, permission: Permission): boolean {
  return impersonation === null && can(user, permission)
}

async function noteDenial({ user, impersonation }: SignedIn, path: string): Promise<void> {
  const app = await services()
  const address = readClientAddress(await headers(), app.settings)
  await recordDenial(app, impersonation?.admin.id ?? user.id, address, { path: path.slice(0, 200) })
}

const lookUp = cache(async (): Promise<{ signedIn: SignedIn | null; reason: EndReason | null }> => {
  // Read cookies first: that keeps Next from running this during the build.
  const jar = await cookies()
  const app = await services()
  const current = await readSession(jar, app, { touch: false })
  if (!current.live) return { signedIn: null, reason: current.reason }
  const owner = await app.accounts.findOwner(current.session)
  if (!owner.ok) return { signedIn: null, reason: owner.code }
  const user = owner.value
  const { id, createdAt, provedAt, authentications } = current.session
  const limits = deadlines(current.session, app.settings.session)
  const logIn = { userId: user.id, startedAt: createdAt }
  const formToken = formTokenFor(logIn, app.sessionSecrets)
  const session = { id, ...logIn, provedAt, authentications, ...limits, now: app.clock(), formToken }
  return { signedIn: { ...(await seenAs(user, current.session, app)), session }, reason: null }
})

/** The user, or the impersonated user of an admin. */
async function seenAs(
  user: User,
  { id }: SessionRecord,
  app: Services,
): Promise<Pick<SignedIn, 'user' | 'impersonation'>> {
  const impersonation = can(user, 'impersonate') ? await app.impersonations.find(id) : null
  const person = impersonation && (await app.accounts.findActive(impersonation.userId))
  // Stops when the impersonated user has become an admin.
  if (!impersonation || !person || can(person, 'impersonate')) return { user, impersonation: null }
  return { user: person, impersonation: { admin: user, endsAt: impersonation.endsAt } }
}
