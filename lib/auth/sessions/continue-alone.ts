// After a change of password or factors, which voids every session of the user.
import type { Actor } from '../../core/command.ts'
import { logError } from '../../core/log/log.ts'
import type { AuthenticationMethod, EndReason } from '../../stores/types.ts'
import type { User } from '../accounts.ts'
import { authenticationOf } from '../factors.ts'
import type { Sessions } from './sessions.ts'

/**
 * The acting session continues under the returned token; the others end. Null when it could not continue: the log-in
 * page tells the browser why. Only with `proved` does the change count as a re-authentication.
 */
export async function continueAlone(
  sessions: Sessions,
  user: User,
  { session, presented }: Pick<Actor, 'session' | 'presented'>,
  { reason, proved }: { reason: EndReason; proved?: readonly AuthenticationMethod[] },
): Promise<string | null> {
  try {
    await sessions.endOthers(user.id, session?.id ?? '', reason)
    if (!presented || session === null) return null
    const given = proved ?? session.authentications
    // Without a second factor, the session must not count as one that has it when a role requires it later.
    const authentication = authenticationOf(user, user.factors.hasSecondFactor ? given : ['password'])
    const provedAt = proved === undefined ? { provedAt: session.provedAt } : {}
    return (await sessions.renew(presented, { ...authentication, ...provedAt }))?.token ?? null
  } catch (error) {
    logError('sessions_not_ended', error)
    return null
  }
}
