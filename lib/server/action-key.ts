// The key from which Next makes the ids of server actions. The same key gives the same ids in every build of the same
// sources, so that a form rendered by one instance, or before a new build, can be posted to another.
import { hkdfSync } from 'node:crypto'
import type { Settings } from '../config.ts'
import { readSecret } from '../secret.ts'

/**
 * 32 bytes in base64, one of the lengths that Next takes, derived from the newest session secret by HKDF (RFC 5869): the
 * build holds the key, and from it nobody finds the secret. Null when no secret is known yet: Next then makes a key up.
 */
export async function findActionKey(settings: Settings): Promise<string | null> {
  const secret = settings.sessionSecrets?.[0] ?? (await readSecret(settings.dataDir))
  if (secret === null) return null
  return Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse server actions', 32)).toString('base64')
}
