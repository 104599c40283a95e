import type { Factors } from '#lib/auth/factors.ts'

/** As few as the mail about a used code warns of. */
const fewCodes = 2

/** What would protect the account next, or null. A synced passkey counts once, but its owner may lose that account. */
export function nextFactor(factors: Factors): 'factor' | 'codes' | 'passkey' | null {
  const { hasSecondFactor, hasTotp, passkeyCount, recoveryCodesLeft } = factors
  if (!hasSecondFactor && passkeyCount === 0) return 'factor'
  if (hasSecondFactor && recoveryCodesLeft <= fewCodes) return 'codes'
  return passkeyCount === 1 && !hasTotp ? 'passkey' : null
}
