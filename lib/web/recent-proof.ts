// What must not be done with a session alone: a page or act asks whether the person proved a short while ago who they
// are, and if not, leads over /confirm.
import 'server-only'
import { redirect } from 'next/navigation'
import type { Act } from '#lib/interrupted-acts/interrupted-acts.ts'
import { services } from '#lib/services.ts'
import { carryOut, orUnsavedPath } from './acts.ts'
import { requireUser, type SignedIn } from './current-user.ts'

/**
 * As `requireUser`, and who has no proof younger than `withinMs` (ten minutes unless said otherwise) is sent to give
 * one and then back to `path`. With an act, that is kept and carried out afterwards.
 */
export async function requireRecentProof(path: string, withinMs?: number, act?: Act): Promise<SignedIn> {
  const signedIn = await requireUser(path)
  const { sessions, interruptedActs } = await services()
  if (sessions.hasRecentProof(signedIn.session, withinMs)) return signedIn
  const query = new URLSearchParams({ next: path })
  if (act !== undefined) query.set('act', await interruptedActs.keep(signedIn.session.id, act))
  redirect(`/confirm?${query}`)
}

/** Carries the act out now, or once the password was given. `path` is the page whose form asked for it. */
export function doWithRecentProof(path: string, act: Act): Promise<string> {
  return orUnsavedPath(
    requireRecentProof(path, undefined, act).then(({ user, session }) =>
      carryOut(act, { userId: user.id, sessionId: session.id }),
    ),
  )
}
