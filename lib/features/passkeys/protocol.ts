// WebAuthn Level 3 as this site uses it. Loads the library at its first use: a site at rest does not hold it in memory.
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { z } from 'zod'
import { ownOrigins } from '../../config.ts'
import { passkeyChallengeMs } from '../../core/lifetimes.ts'
import { isStorable } from '../../stores/texts.ts'
import type { Passkey } from '../../stores/types.ts'

/** EdDSA, ES256, RS256 (COSE). */
const algorithms = [-8, -7, -257]

/** Longer than any browser's answer: an RSA key with all extensions takes 4,000 characters. */
export const responseMax = 10_000
/** WebAuthn Level 3, 4: up to 1,023 bytes. */
const base64url = (most: number) =>
  z
    .string()
    .regex(/^[\w-]*$/)
    .max(most)
const credentialId = base64url(1_364).min(1)
const transports = z.array(z.string().max(32)).max(10)

/** The parts that are read here; the library reads the others again. */
const assertionSchema = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(responseMax),
    authenticatorData: base64url(responseMax),
    signature: base64url(responseMax),
    /** Some browsers send null or leave it out after a question for one user's passkeys. */
    userHandle: base64url(100).nullish(),
  }),
})

const registrationSchema = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(responseMax),
    attestationObject: base64url(responseMax),
    transports: transports.optional().catch([]),
  }),
})

export type Assertion = z.infer<typeof assertionSchema>

/** What a new passkey brings, beside what the site adds. */
export type NewCredential = Pick<Passkey, 'id' | 'publicKey' | 'transports' | 'rpId' | 'isSynced'> & { counter: number }

export interface Protocol {
  rpId: string
  creationOptions(asked: {
    challenge: string
    userId: string
    username: string
    /** Passkeys whose devices must not make another. */
    known: readonly Passkey[]
    isAutomatic: boolean
  }): Promise<PublicKeyCredentialCreationOptionsJSON>
  /** `allowed` is null when any passkey of the site will do. */
  requestOptions(challenge: string, allowed: readonly Passkey[] | null): Promise<PublicKeyCredentialRequestOptionsJSON>
  /** Null unless the browser made it for this site and challenge, verified its user, and used a known algorithm. */
  verifyNew(response: string, challenge: string, isAutomatic: boolean): Promise<NewCredential | null>
  /** The signature counter. Null unless the passkey signed the challenge for this site and verified its user. */
  verify(assertion: Assertion, challenge: string, passkey: Passkey): Promise<{ counter: number } | null>
}

export function parseAssertion(text: string): Assertion | null {
  return assertionSchema.safeParse(parseJson(text)).data ?? null
}

/** The user's id in the form in which passkeys carry it. */
export const userHandleOf = (userId: string) => Buffer.from(userId).toString('base64url')

/** Null when the answer names nobody, or with bytes that no store accepts. */
export function userIdIn({ response }: Assertion): string | null {
  const id = Buffer.from(response.userHandle ?? '', 'base64url').toString()
  return id !== '' && isStorable(id) ? id : null
}

export function createProtocol(appOrigin: string): Protocol {
  const rpId = new URL(appOrigin).hostname
  const expectedOrigin = [...ownOrigins(appOrigin)]
  const here = (passkeys: readonly Passkey[]) =>
    passkeys
      .filter((passkey) => passkey.rpId === rpId)
      // The list of transports is open: browsers ignore unknown ones.
      .map(({ id, transports }) => ({ id, transports: transports as never[] }))

  return {
    rpId,

    async creationOptions({ challenge, userId, username, known, isAutomatic }) {
      const { generateRegistrationOptions } = await load()
      return generateRegistrationOptions({
        rpName: 'Gatehouse',
        rpID: rpId,
        userName: username,
        userDisplayName: username,
        userID: new Uint8Array(Buffer.from(userId)),
        challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
        timeout: passkeyChallengeMs,
        attestationType: 'none',
        excludeCredentials: here(known),
        // A browser cannot verify its user when it makes a passkey without a question.
        authenticatorSelection: {
          residentKey: 'required',
          userVerification: isAutomatic ? 'preferred' : 'required',
        },
        supportedAlgorithmIDs: algorithms,
      })
    },

    async requestOptions(challenge, allowed) {
      const { generateAuthenticationOptions } = await load()
      return generateAuthenticationOptions({
        rpID: rpId,
        challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
        timeout: passkeyChallengeMs,
        userVerification: 'required',
        ...(allowed && { allowCredentials: here(allowed) }),
      })
    },

    async verifyNew(text, expectedChallenge, isAutomatic) {
      const { data: response } = registrationSchema.safeParse(parseJson(text))
      if (response === undefined) return null
      const { verifyRegistrationResponse } = await load()
      const verified = await orRefused(
        verifyRegistrationResponse({
          response: response as unknown as RegistrationResponseJSON,
          expectedChallenge,
          expectedOrigin,
          expectedRPID: rpId,
          // It adds no factor and opens no session: each later log-in verifies the user.
          requireUserPresence: !isAutomatic,
          requireUserVerification: !isAutomatic,
          supportedAlgorithmIDs: algorithms,
        }),
      )
      if (!verified?.verified) return null
      const { credential, credentialDeviceType } = verified.registrationInfo
      return {
        id: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        transports: response.response.transports ?? [],
        rpId,
        isSynced: credentialDeviceType === 'multiDevice',
        counter: credential.counter,
      }
    },

    async verify(assertion, expectedChallenge, { id, publicKey }) {
      const { verifyAuthenticationResponse } = await load()
      const verified = await orRefused(
        verifyAuthenticationResponse({
          response: { ...assertion, clientExtensionResults: {} } as never,
          expectedChallenge,
          expectedOrigin,
          expectedRPID: rpId,
          requireUserVerification: true,
          // The store compares the counter, in the step that records it.
          credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 },
        }),
      )
      return verified?.verified ? { counter: verified.authenticationInfo.newCounter } : null
    },
  }
}

const load = () => import('@simplewebauthn/server')

/** The library throws for everything that it refuses. */
async function orRefused<Value>(work: Promise<Value>): Promise<Value | null> {
  return work.catch(() => null)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
