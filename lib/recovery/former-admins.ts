// Who was an administrator lately. One administrator alone must not get the account of another by taking the role away
// first, having the password reset by hand, and giving the role back.
import { days } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import type { TokenStore } from '../stores/types.ts'

const purpose = 'former-admin'
const idOf = (userId: string) => sha256(`${purpose} ${userId}`)
/** As long as a deletion can be undone: time for somebody else to notice. */
const rememberedMs = days(14)

export async function rememberAdmin(tokens: TokenStore, userId: string, at: number): Promise<void> {
  const expiresAt = at + rememberedMs
  await tokens.put({
    id: idOf(userId),
    purpose,
    subject: userId,
    detail: '',
    createdAt: at,
    expiresAt,
    issuedBy: null,
  })
}

export async function wasAdmin(tokens: TokenStore, userId: string, now: number): Promise<boolean> {
  return (await tokens.find(idOf(userId), purpose, now)) !== null
}
