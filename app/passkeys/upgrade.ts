// After a log-in with the password: lets the browser create a passkey without a question (WebAuthn Level 3, 5.1.3). Runs
// behind the page, and whatever goes wrong is no news to its user.
'use client'

import { isSupported, runCeremony } from './ceremony.ts'

/** Password managers decide at once. */
const withinMs = 30_000
const unheard = { cancelled: '', exists: '', wrongPlace: '', failed: '' }

export async function upgrade(): Promise<void> {
  if (!(await canCreate())) return
  const outcome = await runCeremony({ ceremony: 'upgrade', isConditional: true, withinMs }, unheard)
  if (!outcome.ok) return
  await fetch('/api/passkeys/automatic', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: outcome.response,
  }).catch(() => {})
}

async function canCreate(): Promise<boolean> {
  if (!isSupported() || !('getClientCapabilities' in PublicKeyCredential)) return false
  const capabilities = await PublicKeyCredential.getClientCapabilities().catch(() => null)
  return capabilities?.conditionalCreate === true
}
