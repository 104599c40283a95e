// Chromium's virtual authenticator: a device with passkeys that the test controls (WebDriver extension of WebAuthn).
import type { Page } from '@playwright/test'

export interface VirtualAuthenticator {
  /** The credential ids that the device holds, in base64url. */
  credentialIds(): Promise<string[]>
  /** Whether its user gives the right PIN or finger from now on. */
  setUserVerified(isUserVerified: boolean): Promise<void>
  /** Whether its user touches it at once. */
  setPresence(isPresent: boolean): Promise<void>
  remove(): Promise<void>
}

export async function addAuthenticator(
  page: Page,
  transport: 'internal' | 'usb' = 'internal',
): Promise<VirtualAuthenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    async credentialIds() {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))
    },
    async setUserVerified(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    async setPresence(enabled) {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
    async remove() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}
