// Creates the first admin: while there is none, each start prints a one-time link.
import { z } from 'zod'
import type { Accounts, SignUpFault, User } from '../../auth/accounts.ts'
import { type Clock, days } from '../../core/clock.ts'
import { oneTimeTokens } from '../../core/one-time-tokens.ts'
import type { TokenStore, UserStore } from '../../stores/types.ts'

export interface Setup {
  /** Returns a new link's token and voids the previous one. Null when there is an admin. */
  offer(): Promise<string | null>
  /** Whether the token can create an admin now. Does not use it up. */
  isGood(token: string): Promise<boolean>
  /** Creates the admin and uses the token up, in one step. A rejected account leaves the token usable. */
  finish(
    token: string,
    account: { username: string; password: string },
  ): Promise<{ ok: true; value: User } | ({ ok: false } & (SignUpFault | { code: 'link_void' }))>
}

export function createSetup(deps: { users: UserStore; tokens: TokenStore; accounts: Accounts; clock: Clock }): Setup {
  const { users, tokens: store, accounts, clock } = deps
  const links = oneTimeTokens({ store, clock, purpose: 'setup', lifeMs: days(7), detail: z.undefined() })
  const hasAdmin = async () => (await users.count({ search: '', role: 'admin', state: 'active' })) > 0
  const isGood = async (token: string) => (await links.find(token)) !== null && !(await hasAdmin())

  return {
    offer: async () => ((await hasAdmin()) ? null : (await links.issue('first-admin', undefined)).secret),

    isGood,

    async finish(token, { username, password }) {
      if (!(await isGood(token))) return { ok: false, code: 'link_void' }
      return accounts.signUpWith(links.asTokenUse(token), { username, password, role: 'admin' })
    },
  }
}
