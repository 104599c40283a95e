// Shared by both drivers: the kinds that need no operations of their own.

import type { CollectionKind, RecordOf } from './kinds.ts'
import { declarationOf } from './kinds.ts'
import { lockoutId } from './records.ts'
import {
  type Collection,
  type CredentialUse,
  type CredentialUseStore,
  clockSkewMs,
  type LockoutRecord,
  type LockoutStore,
  type Only,
  type TokenRecord,
  type TokenStore,
} from './types.ts'

/** Whether a record matches the filter. The SQL driver expresses the same in its query. */
export function isAmong<Name extends CollectionKind>(
  name: Name,
  record: RecordOf<Name>,
  { fields = {}, liveAt }: Only<RecordOf<Name>>,
): boolean {
  const values: Record<string, unknown> = record
  if (Object.entries(fields).some(([field, value]) => values[field] !== value)) return false
  const { expiry } = declarationOf(name)
  if (liveAt === undefined || expiry === undefined) return true
  const since = expiry.since === undefined ? liveAt : Number(values[expiry.since])
  return Number(values[expiry.at]) > liveAt && since <= liveAt + clockSkewMs
}

export function tokenStoreOf(tokens: Collection<TokenRecord>): TokenStore {
  return {
    put: (token) => tokens.put(token),
    add: (token) => tokens.add(token),
    take: (id, purpose, at) => tokens.take(id, { fields: { purpose }, liveAt: at }),
    find: (id, purpose, at) => tokens.find(id, { fields: { purpose }, liveAt: at }),
    list: (purpose, at, limit) => tokens.list({ fields: { purpose }, liveAt: at }, limit),
    deleteExpired: (at) => tokens.deleteExpired(at),
    deleteIssuedBy: (userId) => tokens.deleteAll({ issuedBy: userId }),
  }
}

/** One record per user, secret and kind of browser. */
const mostOfUser = 100

/** Operations that the driver adds to a collection. */
export function lockoutStoreOf(
  lockouts: Collection<LockoutRecord>,
  own: Pick<LockoutStore, 'count' | 'removeOrphans'>,
): LockoutStore {
  return {
    ...own,
    find: (subject) => lockouts.find(lockoutId(subject), { fields: { secretSetAt: subject.secretSetAt } }),
    listByUser: (userId) => lockouts.list({ fields: { userId } }, mostOfUser),
    async forget(subject) {
      await lockouts.take(lockoutId(subject), { fields: { secretSetAt: subject.secretSetAt } })
    },
    async forgetUser(userId) {
      await lockouts.deleteAll({ userId })
    },
  }
}

/** One record per second factor: the app and a few passkeys. */
export function credentialUseStoreOf(
  uses: Collection<CredentialUse>,
  own: Pick<CredentialUseStore, 'advance' | 'removeOrphans'>,
): CredentialUseStore {
  return {
    ...own,
    listByUser: (userId) => uses.list({ fields: { userId } }, mostOfUser),
    async forget(id) {
      await uses.take(id)
    },
  }
}
