// Seals data that only this site may read, encrypted and authenticated by iron-session.
import { sealData, unsealData } from 'iron-session'

/** Can be opened as long as the newest secret stays among the site’s. */
export function seal(content: object, purpose: string, [newest]: readonly string[]): Promise<string> {
  if (newest === undefined) throw new Error('There is no secret.')
  return sealData({ purpose, content }, { password: newest, ttl: 0 })
}

/** Null when it was sealed for another purpose or with an unknown secret. */
export async function unseal(sealed: string, purpose: string, secrets: readonly string[]): Promise<unknown> {
  for (const password of secrets) {
    const opened: { purpose?: unknown; content?: unknown } = await unsealData(sealed, { password, ttl: 0 })
    if (opened.purpose === purpose) return opened.content
  }
  return null
}
