// The user of a command that changes factors.
import type { Actor } from '../../core/command.ts'
import type { Accounts, User } from '../accounts.ts'
import type { Sessions } from './sessions.ts'

/** The user as the session that asks knows them. Null when the session is over, or void after a change since. */
export async function actingUser(
  { sessions, accounts }: { sessions: Sessions; accounts: Accounts },
  { id, presented }: Pick<Actor, 'id' | 'presented'>,
): Promise<User | null> {
  const check = presented ? await sessions.check(presented) : null
  const owner = check?.live ? await accounts.findOwner(check.session) : null
  return owner?.ok && owner.value.id === id ? owner.value : null
}
