// Asks the browser for a passkey, with its own JSON functions (WebAuthn Level 3, 5.1.8 to 5.1.10).
'use client'

import type { Ceremony } from '#lib/features/passkeys/ceremonies.ts'

/** The sentences for what a browser reports. */
export interface CeremonyWords {
  cancelled: string
  exists: string
  wrongPlace: string
  failed: string
}

/** `sentence` is null when another ceremony replaced this one. */
export type Outcome = { ok: true; response: string } | { ok: false; sentence: string | null }

interface Asked {
  ceremony: Ceremony
  /** For sign-up: the name that the passkey shows. */
  username?: string
  /** Offers passkeys in the field's autofill, or creates one without a question. */
  isConditional?: boolean
  /** Gives up after this time. */
  withinMs?: number
}

const creating: readonly Ceremony[] = ['sign-up', 'add', 'upgrade']

/** A browser runs one ceremony at a time. */
let running: AbortController | null = null

export function isSupported(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential &&
    'parseRequestOptionsFromJSON' in PublicKeyCredential
  )
}

export function abortCeremony(): void {
  running?.abort()
  running = null
}

export async function runCeremony(
  { ceremony, username, isConditional = false, withinMs }: Asked,
  words: CeremonyWords,
): Promise<Outcome> {
  abortCeremony()
  const own = new AbortController()
  running = own
  const signal = withinMs === undefined ? own.signal : AbortSignal.any([own.signal, AbortSignal.timeout(withinMs)])
  try {
    const asked = await fetch('/api/passkeys/options', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ceremony, username }),
      signal,
    })
    const { options, message } = asked.ok ? await asked.json() : { options: null, message: words.failed }
    if (!options) return { ok: false, sentence: message }
    const mediation = isConditional ? 'conditional' : undefined
    const credential = creating.includes(ceremony)
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
          signal,
          ...(mediation && { mediation }),
        } as CredentialCreationOptions)
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
          signal,
          ...(mediation && { mediation }),
        })
    if (!(credential instanceof PublicKeyCredential)) return { ok: false, sentence: words.failed }
    return { ok: true, response: JSON.stringify(credential.toJSON()) }
  } catch (cause) {
    return { ok: false, sentence: own.signal.aborted ? null : sentenceFor(cause, words) }
  } finally {
    if (running === own) running = null
  }
}

/** WebAuthn hides on purpose whether the user refused, had no passkey, or took too long. */
function sentenceFor(cause: unknown, words: CeremonyWords): string {
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError' || name === 'TimeoutError') return words.cancelled
  if (name === 'InvalidStateError') return words.exists
  return name === 'SecurityError' ? words.wrongPlace : words.failed
}

const minuteMs = 60_000
/** Less than the five minutes of a challenge. */
const renewedAfterMs = 4 * minuteMs
/** Another tab of this browser may have replaced the challenge meanwhile. */
const renewedOnReturnMs = minuteMs / 2

/**
 * Offers passkeys in the autofill of the username field, with a new challenge while the page is looked at. Any other
 * ceremony ends the offer; `renew` starts it again.
 */
export function offerAutofill(
  words: CeremonyWords,
  onResponse: (response: string) => void,
): { renew(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let startedAt = 0
  let isStopped = false

  async function start() {
    if (isStopped || document.visibilityState !== 'visible') return
    startedAt = performance.now()
    clearTimeout(timer)
    timer = setTimeout(start, renewedAfterMs)
    const outcome = await runCeremony({ ceremony: 'log-in', isConditional: true }, words)
    if (outcome.ok && !isStopped) onResponse(outcome.response)
  }

  function onReturn() {
    if (performance.now() - startedAt > renewedOnReturnMs) start()
  }

  document.addEventListener('visibilitychange', onReturn)
  const renew = () => {
    PublicKeyCredential.isConditionalMediationAvailable().then((isAvailable) => (isAvailable ? start() : undefined))
  }
  renew()
  return {
    renew,
    stop() {
      isStopped = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onReturn)
      abortCeremony()
    },
  }
}
