// Changes what a user authenticates with, by compare and set.
import type { Clock } from '../core/clock.ts'
import { ok, type Result, refused } from '../core/result.ts'
import type { UserChange, UserRecord, UserStore } from '../stores/types.ts'
import { isActive, toUser, type User } from './accounts.ts'
import { nextChangeTime } from './factors.ts'

/** A client that changes without end must not keep this going. */
const mostTries = 5

type FactorChange = Pick<UserChange, 'totp' | 'recoveryCodes' | 'passkeys'>

/**
 * Applies what `decide` returns for the present record. Voids all sessions and remembered browsers of before
 * (`factorsChangedAt`). `person_gone` when the password or a factor changed since `user` was read: the session that asks
 * is void then, and may be a thief's, who must not add a factor to an account that its owner just secured.
 */
export async function changeFactors<Code extends string>(
  { users, clock }: { users: UserStore; clock: Clock },
  user: Pick<User, 'id' | 'passwordChangedAt' | 'factors'>,
  decide: (record: UserRecord) => Result<FactorChange, Code>,
): Promise<Result<User, Code | 'person_gone'>> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const record = await users.find(user.id)
    if (!isActive(record)) return refused('person_gone')
    const decided = decide(record)
    if (!decided.ok) return decided
    if (!isUnchanged(record, user)) return refused('person_gone')
    const { passwordHash, totp, passkeys, factorsChangedAt } = record
    const change = { ...decided.value, factorsChangedAt: nextChangeTime(factorsChangedAt, clock()) }
    const onlyIf = { passwordHash, totp, passkeys, factorsChangedAt, status: 'active', deletedAt: null } as const
    const changed = await users.update(user.id, change, onlyIf)
    if (changed !== null) return ok(toUser(changed))
  }
  throw new Error('The second factors of a user change without end.')
}

/** Whether password and factors are still those of the user that was read. */
export function isUnchanged(
  record: Pick<UserRecord, 'passwordChangedAt' | 'factorsChangedAt'>,
  { passwordChangedAt, factors }: Pick<User, 'passwordChangedAt' | 'factors'>,
): boolean {
  return record.passwordChangedAt === passwordChangedAt && record.factorsChangedAt === factors.changedAt
}
