import { findEndReason, findSignedIn } from '#lib/web/guards/current-user.ts'

export const dynamic = 'force-dynamic'

const headers = { 'cache-control': 'private, no-store' }

/** The signed-in user and the deadlines. Never extends the session. */
export async function GET(): Promise<Response> {
  const signedIn = await findSignedIn()
  if (signedIn === null) {
    return Response.json({ error: 'signed_out', reason: await findEndReason() }, { status: 401, headers })
  }
  const { user, session } = signedIn
  // Only identifies the user: profile and address belong on their own pages.
  const { id, username, role } = user
  const iso = (ms: number) => new Date(ms).toISOString()
  return Response.json(
    {
      user: { id, username, role },
      startedAt: iso(session.startedAt),
      idleDeadline: iso(session.idleDeadline),
      absoluteDeadline: iso(session.absoluteDeadline),
      now: iso(session.now),
    },
    { headers },
  )
}
