// What must not be done with a session alone: a page or act asks whether the person proved a short while ago who they
// are, and if not, leads over /confirm.
import 'server-only'
import { redirect } from 'next/navigation'
import { minutes } from '#lib/clock.ts'
import type { Act } from '#lib/interrupted-acts/interrupted-acts.ts'
import { can, type Permission } from '#lib/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { carryOut, orUnsavedPath, permissionOf } from './acts.ts'
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
  return proved(signedIn, path, { withinMs: adminProofMs })
}

/** With an act, that is kept and carried out once the proof was given. */
async function proved(
  signedIn: SignedIn,
  path: string,
  { withinMs, act }: { withinMs?: number | undefined; act?: Act } = {},
): Promise<SignedIn> {
  const { sessions, interruptedActs } = await services()
  if (sessions.hasRecentProof(signedIn.session, withinMs)) return signedIn
  const query = new URLSearchParams({ next: path })
  if (act !== undefined) query.set('act', await interruptedActs.keep(signedIn.session.id, act))
  redirect(`/confirm?${query}`)
}

/** For an act: who may not do it goes no further, and whose proof is too old comes back to it. */
export async function requireProofFor(act: Act, path: string): Promise<SignedIn> {
  const permission = permissionOf[act.name]
  const signedIn = await requirePermission(permission, path)
  return proved(signedIn, path, { withinMs: isForAdmins(permission) ? adminProofMs : undefined, act })
}

function isForAdmins(permission: Permission): boolean {
  return !can({ role: 'member' }, permission)
}

/** Carries the act out now, or once the password was given. `path` is the page whose form asked for it. */
export function doWithRecentProof(path: string, act: Act): Promise<string> {
  return orUnsavedPath(
    act,
    requireProofFor(act, path).then(({ user, session }) => carryOut(act, { userId: user.id, sessionId: session.id })),
  )
}
