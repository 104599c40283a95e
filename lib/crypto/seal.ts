// Sealing: what this site keeps and nobody else may read, encrypted and authenticated by iron-session.
import { sealData, unsealData } from 'iron-session'

/** Opens again for as long as the newest secret stays among the site's. */
export function seal(content: object, purpose: string, [newest]: readonly string[]): Promise<string> {
  if (newest === undefined) throw new Error('There is no secret.')
  return sealData({ purpose, content }, { password: newest, ttl: 0 })
}

/** What was sealed for this purpose, or null when none of the secrets opens it. */
export async function unseal(sealed: string, purpose: string, secrets: readonly string[]): Promise<unknown> {
  for (const password of secrets) {
    const opened: { purpose?: unknown; content?: unknown } = await unsealData(sealed, { password, ttl: 0 })
    if (opened.purpose === purpose) return opened.content
  }
  return null
}
