// Links that let somebody sign up, once, with a role: made by an admin, and mailed or handed over.
import { z } from 'zod'
import type { Accounts, NewAccount, SignUpFault, User } from '../accounts/accounts.ts'
import { type Clock, days } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newId, newToken } from '../crypto/random.ts'
import { mayPassOn } from '../roles/permissions.ts'
import { type Role, roles, type TokenRecord, type TokenStore, type UserStore } from '../stores/types.ts'

const purpose = 'invitation'
export const invitationLifeMs = days(7)
const kept = z.strictObject({ role: z.enum(roles), email: z.string().nullable(), by: z.string() })
/** What the admin's page shows of them. */
const mostListed = 200

export interface Invitation {
  /** Of no use as a link. */
  id: string
  role: Role
  /** Where it was mailed to, or null for one that was handed over. */
  email: string | null
  /** The id of whoever made it. */
  by: string
  createdAt: number
  expiresAt: number
}

export interface Invitations {
  /** The token is returned once and stored nowhere. */
  make(invitation: Pick<Invitation, 'role' | 'email' | 'by'>): Promise<{ token: string; invitation: Invitation }>
  /** Those that nobody used yet, the newest first. */
  list(): Promise<Invitation[]>
  /** False when it was used or withdrawn already. */
  withdraw(id: string): Promise<boolean>
  /** What the link is good for, without using it up; null when it is void, or whoever made it may not invite any more. */
  find(token: string): Promise<Invitation | null>
  /**
   * Signs up with the invitation's role, and uses it up. Whoever has a link that was mailed has proved the address. A
   * sign-up that is refused leaves the link as it was.
   */
  accept(
    token: string,
    account: Pick<NewAccount, 'username' | 'password' | 'email'>,
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

  async function find(token: string): Promise<Invitation | null> {
    const found = await store.find(idOf(token), purpose, clock())
    const invitation = found && invitationOf(found)
    return invitation && mayPassOn(await users.find(invitation.by), 'invite') ? invitation : null
  }

  return {
    async make({ role, email, by }) {
      const token = newToken()
      const createdAt = clock()
      const record: TokenRecord = {
        id: idOf(token),
        purpose,
        subject: newId(),
        detail: JSON.stringify({ role, email, by }),
        createdAt,
        expiresAt: createdAt + invitationLifeMs,
        issuedBy: by,
      }
      await store.put(record)
      return { token, invitation: invitationOf(record) }
    },

    list: async () => (await store.list(purpose, clock(), mostListed)).map(invitationOf),

    withdraw: async (id) => (await store.take(id, purpose, clock())) !== null,

    find,

    async accept(token, { username, password, email }) {
      const invitation = await find(token)
      if (invitation === null) return { ok: false, code: 'link_void' }
      const proved = invitation.email !== null
      const address = invitation.email ?? email ?? null
      const account = { username, password, email: address, isEmailProved: proved, role: invitation.role }
      const signedUp = await accounts.signUpWith({ id: invitation.id, purpose }, account)
      return signedUp.ok ? { ok: true, value: { user: signedUp.value, invitation } } : signedUp
    },
  }
}

const idOf = (token: string) => sha256(`${purpose} ${token}`)

function invitationOf({ id, detail, createdAt, expiresAt }: TokenRecord): Invitation {
  return { id, createdAt, expiresAt, ...kept.parse(JSON.parse(detail)) }
}
