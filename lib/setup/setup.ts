// The first admin: while there is none, a link that the start prints makes one, once.
import type { Accounts, NewAccount, SignUpFault, User } from '../accounts/accounts.ts'
import { type Clock, days } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newToken } from '../crypto/random.ts'
import type { TokenStore, UserStore } from '../stores/types.ts'

const purpose = 'setup'
/** The next start prints another. */
const lifeMs = days(7)

export interface Setup {
  /** A new link's token, in place of the one before; null when there is an admin. It is returned once and stored nowhere. */
  offer(): Promise<string | null>
  /** Whether the token makes an admin now, without using it up. */
  isGood(token: string): Promise<boolean>
  /** Makes the admin and uses the token up. A refused account leaves it as it was. */
  finish(
    token: string,
    account: Pick<NewAccount, 'username' | 'password'>,
  ): Promise<{ ok: true; value: User } | ({ ok: false } & (SignUpFault | { code: 'link_void' }))>
}

export function createSetup(deps: { users: UserStore; tokens: TokenStore; accounts: Accounts; clock: Clock }): Setup {
  const { users, tokens, accounts, clock } = deps
  const hasAdmin = async () => (await users.count({ search: '', role: 'admin', state: 'active' })) > 0

  return {
    async offer() {
      if (await hasAdmin()) return null
      const token = newToken()
      const createdAt = clock()
      const id = idOf(token)
      const expiresAt = createdAt + lifeMs
      await tokens.put({ id, purpose, subject: 'first-admin', detail: '', createdAt, expiresAt, issuedBy: null })
      return token
    },

    async isGood(token) {
      return (await tokens.find(idOf(token), purpose, clock())) !== null && !(await hasAdmin())
    },

    async finish(token, { username, password }) {
      if (await hasAdmin()) return { ok: false, code: 'link_void' }
      const id = idOf(token)
      if ((await tokens.find(id, purpose, clock())) === null) return { ok: false, code: 'link_void' }
      return accounts.signUpWith({ id, purpose }, { username, password, role: 'admin' })
    },
  }
}

const idOf = (token: string) => sha256(`${purpose} ${token}`)
