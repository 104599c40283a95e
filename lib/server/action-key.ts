// The key from which Next derives the ids of server actions. The same key gives the same ids in every build of the same
// sources, so a form from one instance or an older build can be posted to another.
import { hkdfSync } from 'node:crypto'
import type { Settings } from '../config.ts'
import { readSecret } from '../secret.ts'

/**
 * 32 bytes in base64, a length that Next accepts, derived from the newest session secret by HKDF (RFC 5869): the build
 * contains the key, and the secret cannot be computed from it. Null when no secret exists yet; Next then generates a
 * key.
 */
export async function findActionKey(settings: Settings): Promise<string | null> {
  const secret = settings.sessionSecrets?.[0] ?? (await readSecret(settings.dataDir))
  if (secret === null) return null
  return Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse server actions', 32)).toString('base64')
}
