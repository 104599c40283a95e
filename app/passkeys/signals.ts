// Tells the password manager which passkeys the site knows (WebAuthn Level 3, 5.1.10). Browsers without these functions
// change nothing.
'use client'

type Signal = 'signalUnknownCredential' | 'signalAllAcceptedCredentials' | 'signalCurrentUserDetails'

export function signal(name: Signal, about: Record<string, unknown>): void {
  if (typeof PublicKeyCredential !== 'function') return
  const tell: unknown = Reflect.get(PublicKeyCredential, name)
  if (typeof tell === 'function') Promise.resolve(tell.call(PublicKeyCredential, about)).catch(() => {})
}
