// Getting back into an account: a forgotten password by a mailed link, and "this was not me".
import { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { PasswordFault } from '../accounts/password-rules.ts'
import { canonicalUsername } from '../accounts/username.ts'
import type { Clock } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newToken } from '../crypto/random.ts'
import type { Limits } from '../limits/limits.ts'
import { resetLifeMs } from '../mail/letter.ts'
import { type Circumstances, type Mail, readerOf } from '../mail/message.ts'
import { ok, type Result, refused } from '../result.ts'
import { mayPassOn } from '../roles/permissions.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { lowerCase } from '../stores/records.ts'
import type { TokenRecord, TokenStore, UserRecord, UserStore } from '../stores/types.ts'
import { disownPurpose, disownTokenId, type Notices, userIdOf } from './notices.ts'

export interface Recovery {
  /**
   * Somebody forgot the password of this username or verified address. Sends a link if there is such a person and
   * their address had fewer than three within the hour: call it off the request's path. Returns whose password it is,
   * for the record alone; null when nobody was found.
   */
  ask(name: string, by: Circumstances): Promise<string | null>
  /**
   * Somebody who looks after the site starts a new password for this person. The link goes to the verified address;
   * who has none gets it handed over, and then its token is returned, once. `issuedBy` is the administrator who would hand
   * it over, null for the operator: one administrator alone is not handed the account of another (`admin_by_hand`).
   */
  startFor(
    id: string,
    by: Circumstances,
    issuedBy: string | null,
  ): Promise<Result<{ token: string | null }, 'person_gone' | 'admin_by_hand'>>
  /** Whose password this token resets, without using it up; null when it is void. */
  find(token: string): Promise<{ username: string } | null>
  /**
   * Sets the password, once, and ends every session of the person, whose id it returns. A password that is refused leaves the token as it
   * was. `link_void` when the token was used, is too old, was replaced by a newer one, or the password or the address
   * changed since.
   */
  reset(
    token: string,
    password: string,
    by: Circumstances,
  ): Promise<{ ok: true; value: string } | ({ ok: false } & (PasswordFault | { code: 'link_void' }))>
  /** Whose notice this token came with; null when it is void. */
  findNotice(token: string): Promise<{ username: string } | null>
  /**
   * What a notice told of was not its reader: their address is the account's again, a deletion is undone, every
   * session ends, and a link to a new password goes to that address. Returns whose account it is.
   */
  disown(token: string, by: Circumstances): Promise<Result<string, 'link_void'>>
}

const purpose = 'reset-password'
const idOf = (token: string) => sha256(`${purpose} ${token}`)
/** What the person had when the link was made: it is void when either changed. Null is a link that was handed over. */
const bound = z.strictObject({ email: z.string().nullable(), passwordChangedAt: z.int().nullable() })

export function createRecovery(deps: {
  users: UserStore
  tokens: TokenStore
  accounts: Accounts
  sessions: Sessions
  mail: Mail
  limits: Limits
  notices: Notices
  clock: Clock
}): Recovery {
  const { users, tokens, accounts, sessions, mail, limits, notices, clock } = deps

  async function findByName(name: string): Promise<UserRecord | null> {
    const typed = name.trim()
    if (typed.includes('@')) return users.findByVerifiedEmail(typed)
    const username = canonicalUsername(typed)
    return username === null ? null : users.findByUsername(username)
  }

  async function sendLink(
    user: UserRecord,
    by: Circumstances,
    kind: 'reset-password' | 'reset-started' = 'reset-password',
  ): Promise<void> {
    const { username, email } = user
    if (email === null) return
    await mail.post({ kind, to: email, username, token: await makeLink(user, email), by, reader: readerOf(user) })
  }

  async function makeLink(
    { id, passwordChangedAt }: UserRecord,
    email: string | null,
    issuedBy: string | null = null,
  ): Promise<string> {
    const token = newToken()
    const createdAt = clock()
    await tokens.put({
      id: idOf(token),
      purpose,
      subject: id,
      detail: JSON.stringify({ email, passwordChangedAt }),
      createdAt,
      expiresAt: createdAt + resetLifeMs,
      issuedBy,
    })
    return token
  }

  /** Who handed the link over may do so now, to this person as they are now. */
  async function isHandedOverRightly({ issuedBy }: TokenRecord, to: UserRecord): Promise<boolean> {
    if (issuedBy === null) return true
    return to.role !== 'admin' && mayPassOn(await users.find(issuedBy), 'change-people')
  }

  /** Null unless the person still is as the token says. */
  async function personOf(token: TokenRecord | null): Promise<UserRecord | null> {
    if (token === null) return null
    const user = await users.find(token.subject)
    const { email, passwordChangedAt } = bound.parse(JSON.parse(token.detail))
    if (user?.status !== 'active' || user.passwordChangedAt !== passwordChangedAt) return null
    if (!(await isHandedOverRightly(token, user))) return null
    return email === null || (user.email === email && user.emailVerifiedAt !== null) ? user : null
  }

  return {
    async ask(name, by) {
      const user = await findByName(name)
      if (user?.status !== 'active' || user.email === null || user.emailVerifiedAt === null) return user?.id ?? null
      if ((await limits.take('reset-mail', lowerCase(user.email))) === 0) await sendLink(user, by)
      return user.id
    },

    async startFor(id, by, issuedBy) {
      const user = await users.find(id)
      if (user?.status !== 'active' || user.deletedAt !== null) return refused('person_gone')
      if (user.email === null || user.emailVerifiedAt === null) {
        if (issuedBy !== null && user.role === 'admin') return refused('admin_by_hand')
        return ok({ token: await makeLink(user, null, issuedBy) })
      }
      await sendLink(user, by, 'reset-started')
      return ok({ token: null })
    },

    async find(token) {
      const user = await personOf(await tokens.find(idOf(token), purpose, clock()))
      return user && { username: user.username }
    },

    async reset(token, password, by) {
      const user = await personOf(await tokens.find(idOf(token), purpose, clock()))
      if (user === null) return refused('link_void')
      const hashed = await accounts.hashNewPassword(password, user)
      if (!hashed.ok) return hashed
      if ((await tokens.take(idOf(token), purpose, clock())) === null) return refused('link_void')
      const { email, emailVerifiedAt, passwordChangedAt } = user
      if (!(await accounts.setPassword(user, hashed.value, { email, emailVerifiedAt, passwordChangedAt })))
        return refused('link_void')
      await sessions.endOthers(user.id, '', 'password-changed')
      await notices.tell(user, 'password-changed', by)
      return ok(user.id)
    },

    async findNotice(token) {
      const found = await tokens.find(disownTokenId(token), disownPurpose, clock())
      const user = found && (await users.find(userIdOf(found.subject)))
      return user && { username: user.username }
    },

    async disown(token, by) {
      const taken = await tokens.take(disownTokenId(token), disownPurpose, clock())
      const user = taken && (await users.find(userIdOf(taken.subject)))
      if (!taken || !user) return refused('link_void')
      const email = taken.detail
      const isAsTold = user.email === email && user.emailVerifiedAt !== null
      const emailVerifiedAt = isAsTold ? user.emailVerifiedAt : clock()
      // What an admin deleted is an admin's to bring back.
      const deletedAt = user.status === 'active' ? null : user.deletedAt
      const back = await users.update(user.id, { email, emailVerifiedAt, newEmail: null, deletedAt })
      await sessions.endOthers(user.id, '', 'ended')
      // Should somebody else have proved the address meanwhile, it is theirs, and nothing is mailed to it.
      if (back !== null && typeof back === 'object' && back.status === 'active') await sendLink(back, by)
      return ok(user.id)
    },
  }
}
