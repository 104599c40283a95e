import type { Factors } from '#lib/auth/factors.ts'

/** As few as the mail about a used code warns of. */
const fewCodes = 2

/** What would protect the account next, or null. */
export function nextFactor({
  hasSecondFactor,
  hasTotp,
  passkeyCount,
  recoveryCodesLeft,
}: Factors): 'factor' | 'codes' | 'passkey' | null {
  if (!hasSecondFactor) return 'factor'
  if (recoveryCodesLeft <= fewCodes) return 'codes'
  return passkeyCount === 1 && !hasTotp ? 'passkey' : null
}
