// Recovery codes: what a user writes down for the day when the second factor is gone. Each works once.
import { randomInt } from 'node:crypto'
import type { PasswordHasher } from '../core/crypto/password.ts'
import { ok, type Result } from '../core/result.ts'
import type { UserRecord } from '../stores/types.ts'

type Stored = UserRecord['recoveryCodes']

const codeCount = 10
/** Crockford's alphabet has no i, l, o and u, which readers confuse with 1, 0 and v. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
/** Finds the stored hash, so that a try costs one comparison and not ten. */
const beginningLength = 2
/** 60 bits. Without the beginning, which the store holds in the clear, 50 bits remain: guessing is hopeless (ASVS 6.5.4). */
const codeLength = 12

/** New codes and what the store keeps of them: argon2id hashes, since 50 bits are fewer than 112 (ASVS 6.5.2). */
export async function newRecoveryCodes(
  passwords: Pick<PasswordHasher, 'hash'>,
): Promise<Result<{ codes: string[]; stored: Stored }, 'busy'>> {
  const codes = new Map<string, string>()
  while (codes.size < codeCount) {
    const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('')
    codes.set(code.slice(0, beginningLength), code)
  }
  const stored: Stored = []
  for (const [beginning, code] of codes) {
    const hash = await passwords.hash(code)
    if (!hash.ok) return hash
    stored.push({ beginning, hash: hash.value })
  }
  return ok({ codes: [...codes.values()].map(inGroups), stored })
}

/** The code in the form that was hashed, or null when the text cannot be one. */
export function parseRecoveryCode(typed: string): string | null {
  const text = typed.normalize('NFKC').toLowerCase().replace(/[\s-]/g, '')
  const code = text.replaceAll('o', '0').replace(/[il]/g, '1')
  return code.length === codeLength && [...code].every((letter) => alphabet.includes(letter)) ? code : null
}

/** The stored code that matches, or null. Costs one comparison in any case. */
export async function findRecoveryCode(
  passwords: Pick<PasswordHasher, 'verify'>,
  stored: Stored,
  code: string,
): Promise<Result<Stored[number] | null, 'busy'>> {
  const candidate = stored.find(({ beginning }) => code.startsWith(beginning)) ?? null
  const verdict = await passwords.verify(candidate?.hash ?? null, code)
  return verdict.ok ? ok(verdict.value.matches ? candidate : null) : verdict
}

const inGroups = (code: string) => (code.match(/.{4}/g) ?? []).join('-')
