// Pages that need a recent re-authentication: others redirect to /confirm.
import 'server-only'
import { redirect } from 'next/navigation'
import { minutes } from '#lib/core/clock.ts'
import type { Permission } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { requirePermission, requireRole, type SignedIn } from './current-user.ts'

/** For pages about other users' accounts: half of the time for one's own. */
const adminAuthenticationMs = minutes(5)

/** Like `requirePermission`. Also redirects to re-authentication and back if the last one is over ten minutes old. */
export async function requireRecentAuthentication(permission: Permission, path: string): Promise<SignedIn> {
  const signedIn = await requirePermission(permission, path)
  return recentlyAuthenticated(signedIn, path)
}

/** For admin pages: 404 for other users, and re-authentication after five minutes. */
export async function requireAdmin(path: string): Promise<SignedIn> {
  const signedIn = await requireRole('admin', path)
  return recentlyAuthenticated(signedIn, path, adminAuthenticationMs)
}

async function recentlyAuthenticated(signedIn: SignedIn, path: string, withinMs?: number): Promise<SignedIn> {
  const { sessions } = await services()
  if (!sessions.hasRecentAuthentication(signedIn.session, withinMs))
    redirect(`/confirm?${new URLSearchParams({ next: path })}`)
  return signedIn
}
