'use client'

import { useEffect } from 'react'
import { signal } from './signals.ts'

/** Lets the password manager forget removed passkeys and show the present username. */
export function PasskeySignals({
  rpId,
  userId,
  username,
  ids,
}: {
  rpId: string
  /** As passkeys carry it. */
  userId: string
  username: string
  /** Absent: the page does not know them. */
  ids?: readonly string[]
}) {
  const accepted = ids?.join(' ')
  useEffect(() => {
    if (accepted !== undefined) {
      const allAcceptedCredentialIds = accepted === '' ? [] : accepted.split(' ')
      signal('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds })
    }
    signal('signalCurrentUserDetails', { rpId, userId, name: username, displayName: username })
  }, [rpId, userId, username, accepted])
  return null
}
