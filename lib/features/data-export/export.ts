// All stored data about a user, for that user (GDPR, article 20).
import { passkeyUseId, totpUseId } from '../../auth/credential-uses.ts'
import { wrongPasswordsOf } from '../../auth/lockout/failure-counts.ts'
import { anything } from '../../core/audit/audit.ts'
import type { Clock } from '../../core/clock.ts'
import type { Stores } from '../../stores/types.ts'

/** More than any user's entries in the 400 days for which they are kept. */
const mostEntries = 10_000
const mostBrowsers = 100

type Exported = Pick<Stores, 'users' | 'lockouts' | 'sessions' | 'credentialUses' | 'collections' | 'audit'>

/** Times are ISO 8601. Omits hashes, keys and ids of sessions and browsers, which only an attacker could use. */
export async function exportUser(
  id: string,
  { users, lockouts, sessions, credentialUses, collections, audit }: Exported,
  clock: Clock,
) {
  const user = await users.find(id)
  if (user === null) return null
  const { passwordHash: _, totp, recoveryCodes, passkeys, factorsChangedAt, picture: _version, ...open } = user
  const { createdAt, emailVerifiedAt, passwordChangedAt, deletedAt, ...rest } = open
  const uses = new Map((await credentialUses.listByUser(id)).map((use) => [use.id, use.usedAt]))
  const lastUsedAt = (useId: string) => iso(uses.get(useId) ?? null)
  const picture = await collections.picture.find(id)
  const browsers = await collections.rememberedBrowser.list({ fields: { userId: id } }, mostBrowsers)
  return {
    exportedAt: iso(clock()),
    person: {
      ...rest,
      wrongPasswords: wrongPasswordsOf(user, await lockouts.listByUser(id)),
      createdAt: iso(createdAt),
      emailVerifiedAt: iso(emailVerifiedAt),
      passwordChangedAt: iso(passwordChangedAt),
      deletedAt: iso(deletedAt),
    },
    /** In base64. */
    picture: picture && { savedAt: iso(picture.savedAt), image: picture.image },
    secondFactors: {
      changedAt: iso(factorsChangedAt),
      authenticatorApp: totp && { addedAt: iso(totp.createdAt), lastUsedAt: lastUsedAt(totpUseId(id)) },
      recoveryCodesLeft: recoveryCodes.length,
      passkeys: passkeys.map((passkey) => ({
        name: passkey.name,
        addedAt: iso(passkey.createdAt),
        lastUsedAt: lastUsedAt(passkeyUseId(passkey.id)),
        isSynced: passkey.isSynced,
      })),
      rememberedBrowsers: browsers.map(({ createdAt, expiresAt, userAgent, address }) => ({
        createdAt: iso(createdAt),
        expiresAt: iso(expiresAt),
        userAgent,
        address,
      })),
    },
    sessions: (await sessions.listByUser(id)).map((session) => ({
      createdAt: iso(session.createdAt),
      lastActivityAt: iso(session.lastActivityAt),
      provedAt: iso(session.provedAt),
      authentications: session.authentications,
      userAgent: session.userAgent,
      address: session.address,
    })),
    history: (await audit.list({ ...anything, personId: id, limit: mostEntries })).map((entry) => ({
      at: iso(entry.at),
      event: entry.event,
      outcome: entry.outcome,
      by: entry.actorId === id ? 'you' : (entry.actorId ?? 'nobody known'),
      // Another user's location is not this user's data.
      network: entry.actorId === id ? entry.network : '',
      address: entry.actorId === id ? entry.address : '',
    })),
  }
}

function iso(at: number): string
function iso(at: number | null): string | null
function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
