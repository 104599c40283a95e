// Pages that need a recent re-authentication: others redirect to /confirm.
import { adminReauthenticationMs } from '#lib/core/lifetimes.ts'
import 'server-only'
import { redirect } from 'next/navigation'
import type { Permission } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { requirePermission, requireRole, type SignedIn } from './current-user.ts'

/** Like `requirePermission`. Also redirects to re-authentication and back if the last one is over ten minutes old. */
export async function requireRecentAuthentication(permission: Permission, path: string): Promise<SignedIn> {
  const signedIn = await requirePermission(permission, path)
  return recentlyAuthenticated(signedIn, path)
}

/** For admin pages: 404 for other users, and re-authentication after five minutes. */
export async function requireAdmin(path: string): Promise<SignedIn> {
  const signedIn = await requireRole('admin', path)
  return recentlyAuthenticated(signedIn, path, adminReauthenticationMs)
}

async function recentlyAuthenticated(signedIn: SignedIn, path: string, withinMs?: number): Promise<SignedIn> {
  const { sessions } = await services()
  if (!sessions.hasRecentAuthentication(signedIn.session, withinMs))
    redirect(`/confirm?${new URLSearchParams({ next: path })}`)
  return signedIn
}
