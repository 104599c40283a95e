// Pages that a session alone does not open: without a recent password check they lead over /confirm.
import 'server-only'
import { redirect } from 'next/navigation'
import { minutes } from '#lib/core/clock.ts'
import type { Permission } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { requirePermission, requireRole, type SignedIn } from './current-user.ts'

/** For the rooms from which others' accounts are seen and changed: half of what one's own asks for. */
const adminProofMs = minutes(5)

/** As `requirePermission`, and who has no proof of the last ten minutes is sent to give one and then back to `path`. */
export async function requireRecentProof(permission: Permission, path: string): Promise<SignedIn> {
  const signedIn = await requirePermission(permission, path)
  return proved(signedIn, path)
}

/** For the admin's rooms: there is no such page for anybody else, and the proof is not older than five minutes. */
export async function requireAdmin(path: string): Promise<SignedIn> {
  const signedIn = await requireRole('admin', path)
  return proved(signedIn, path, adminProofMs)
}

async function proved(signedIn: SignedIn, path: string, withinMs?: number): Promise<SignedIn> {
  const { sessions } = await services()
  if (!sessions.hasRecentProof(signedIn.session, withinMs)) redirect(`/confirm?${new URLSearchParams({ next: path })}`)
  return signedIn
}
