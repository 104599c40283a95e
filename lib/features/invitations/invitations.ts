// Links that let a visitor sign up once, with a role. An admin creates them and mails or hands them over.

import { z } from 'zod'
import type { Accounts, FirstFactor, NewAccount, SignUpFault, User } from '../../auth/accounts.ts'
import type { Clock } from '../../core/clock.ts'
import { newId } from '../../core/crypto/random.ts'
import { invitationLifeMs } from '../../core/lifetimes.ts'
import { type OneTimeToken, oneTimeTokens } from '../../core/one-time-tokens.ts'
import { mayPassOn } from '../../core/roles/permissions.ts'
import { roles, type TokenStore, type UserStore } from '../../stores/types.ts'

/** Bounds the list on the admin's page. */
const mostListed = 200

const detail = z.strictObject({
  role: z.enum(roles),
  /** The address that it was mailed to; null for one that was handed over. */
  email: z.string().nullable(),
  /** The id of the admin who created it. */
  by: z.string(),
})
type Detail = z.infer<typeof detail>

export interface Invitation extends Detail {
  /** Not usable as a link. */
  id: string
  createdAt: number
  expiresAt: number
}

export interface Invitations {
  /** The token is returned once and stored nowhere. */
  make(invitation: Detail): Promise<{ token: string; invitation: Invitation }>
  /** The unused ones, the newest first. */
  list(): Promise<Invitation[]>
  /** False when it was used or withdrawn already. */
  withdraw(id: string): Promise<boolean>
  /** Does not use the link up. Null when it is void, or its creator may not invite any more. */
  find(token: string): Promise<Invitation | null>
  /**
   * Signs up with the invitation's role and uses the link up, in one step. A link that was mailed proves the address.
   * A refused sign-up leaves the link usable.
   */
  accept(
    token: string,
    account: Pick<NewAccount, 'username' | 'email'> & FirstFactor,
  ): Promise<
    | { ok: true; value: { user: User; invitation: Invitation } }
    | ({ ok: false } & (SignUpFault | { code: 'link_void' }))
  >
}

export function createInvitations(deps: {
  store: TokenStore
  users: UserStore
  accounts: Accounts
  clock: Clock
}): Invitations {
  const { store, users, accounts, clock } = deps
  const links = oneTimeTokens({ store, clock, purpose: 'invitation', lifeMs: invitationLifeMs, detail })

  async function find(token: string): Promise<Invitation | null> {
    const found = await links.find(token)
    return found && mayPassOn(await users.find(found.detail.by), 'invite') ? invitationOf(found) : null
  }

  return {
    async make(invitation) {
      const { secret, token } = await links.issue(newId(), invitation, { issuedBy: invitation.by })
      return { token: secret, invitation: invitationOf(token) }
    },

    list: async () => (await links.list(mostListed)).map(invitationOf),

    withdraw: links.withdraw,

    find,

    async accept(token, account) {
      const invitation = await find(token)
      if (invitation === null) return { ok: false, code: 'link_void' }
      const isEmailProved = invitation.email !== null
      const address = invitation.email ?? account.email ?? null
      const invited = { ...account, email: address, isEmailProved, role: invitation.role }
      const signedUp = await accounts.signUpWith(links.asTokenUse(token), invited)
      return signedUp.ok ? { ok: true, value: { user: signedUp.value, invitation } } : signedUp
    },
  }
}

function invitationOf({ id, detail, createdAt, expiresAt }: OneTimeToken<Detail>): Invitation {
  return { id, createdAt, expiresAt, ...detail }
}
