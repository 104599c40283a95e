// The last step of every log-in of an existing user: undoes a deletion, then starts the session.
import type { User } from '../../auth/accounts.ts'
import { type Actor, presentedBy } from '../../core/command.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { Services } from '../../services.ts'
import type { AuthenticationMethod } from '../../stores/types.ts'

export interface Completed {
  next: 'session'
  token: string
  user: User
  /** The log-in undid the deletion of the account. */
  isRestored: boolean
}

/** Call it once the user has given all factors. Refuses when the account was erased or suspended meanwhile. */
export async function completeLogIn(
  { auth, accountDeletion, audit, alerts }: Services,
  user: User,
  given: readonly AuthenticationMethod[],
  actor: Actor,
): Promise<Result<Completed, 'credentials_wrong'>> {
  const { client, presented } = presentedBy(actor)
  const isRestored = user.deletedAt !== null
  if (isRestored) {
    if (!(await accountDeletion.restore(user.id))) return refused('credentials_wrong')
    const { address } = client.by
    await audit.record({ event: 'account.restored', actorId: user.id, subjectId: user.id, address })
    // Before the session, which may fail: the next log-in restores nothing.
    await alerts.tell(user, 'account-restored', client.by)
  }
  const { token } = await auth.finish({ ...user, deletedAt: null }, given, { client, presented })
  return ok({ next: 'session', token, user, isRestored })
}
