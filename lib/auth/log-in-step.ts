// The state between password and second factor: a sealed text that the browser holds and no store keeps. It logs nobody
// in, names nobody, and survives a restart.
import { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import { seal, unseal } from '../core/crypto/seal.ts'
import { logInStepMs } from '../core/lifetimes.ts'
import { clockSkewMs } from '../stores/types.ts'
import type { Accounts, User } from './accounts.ts'

const purpose = 'log-in-step'

const content = z.strictObject({
  userId: z.string(),
  passwordChangedAt: z.int().nullable(),
  factorsChangedAt: z.int().nullable(),
  at: z.int(),
})

export interface LogInSteps {
  /** For a user who gave the right password. Lasts five minutes. */
  issue(user: User): Promise<string>
  /** Null when it expired, was made elsewhere, or the password or a second factor changed since. */
  open(sealed: string): Promise<User | null>
}

export function createLogInSteps(deps: {
  accounts: Pick<Accounts, 'findForLogIn'>
  secrets: readonly string[]
  clock: Clock
}): LogInSteps {
  const { accounts, secrets, clock } = deps
  return {
    issue({ id: userId, passwordChangedAt, factors }) {
      return seal({ userId, passwordChangedAt, factorsChangedAt: factors.changedAt, at: clock() }, purpose, secrets)
    },

    async open(sealed) {
      const { data } = content.safeParse(sealed === '' ? null : await unseal(sealed, purpose, secrets))
      const now = clock()
      if (data === undefined || now - data.at >= logInStepMs || data.at > now + clockSkewMs) return null
      const user = await accounts.findForLogIn(data.userId)
      const isSame =
        user?.passwordChangedAt === data.passwordChangedAt && user.factors.changedAt === data.factorsChangedAt
      return isSame ? user : null
    },
  }
}
