// A software authenticator: makes and uses passkeys as a browser does (WebAuthn Level 3), with the deviations that a test
// asks for.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

interface Deviations {
  origin?: string
  rpId?: string
  isUserVerified?: boolean
  /** Instead of the one in the options. */
  challenge?: string
}

interface Credential {
  id: Buffer
  privateKey: KeyObject
  userHandle: string
}

export interface CreationOptions {
  challenge: string
  user: { id: string }
}

const algorithms = {
  ES256: { cose: -7, curve: 1, namedCurve: 'P-256', digest: 'sha256', size: 32 },
  ES384: { cose: -35, curve: 2, namedCurve: 'P-384', digest: 'sha384', size: 48 },
} as const

export class Authenticator {
  counter = 0
  /** The passkey that it uses: the last one, unless a test puts another here. */
  credential: Credential | null = null
  readonly #site: { origin: string; rpId: string }

  constructor(site = { origin: 'http://localhost:3000', rpId: 'localhost' }) {
    this.#site = site
  }

  /** The answer to `navigator.credentials.create`, as JSON. */
  create(
    { challenge, user }: CreationOptions,
    {
      algorithm = 'ES256',
      id = randomBytes(32),
      ...deviations
    }: Deviations & {
      algorithm?: keyof typeof algorithms
      id?: Buffer
    } = {},
  ): string {
    const { cose, curve, namedCurve, size } = algorithms[algorithm]
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const point = (text: string) => Buffer.from(text, 'base64url').subarray(0, size)
    this.credential = { id, privateKey, userHandle: user.id }
    const key = cborMap([
      [1, 2],
      [3, cose],
      [-1, curve],
      [-2, point(x)],
      [-3, point(y)],
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const attested = Buffer.concat([Buffer.alloc(16), length, id, key])
    const authData = Buffer.concat([this.#authenticatorData(deviations, 0x40), attested])
    const attestationObject = cborMap([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ])
    const clientDataJSON = this.#clientData('webauthn.create', challenge, deviations)
    return this.#answer(id, { clientDataJSON, attestationObject }, { transports: ['internal'] })
  }

  /** The answer to `navigator.credentials.get`, as JSON. */
  get({ challenge }: { challenge: string }, deviations: Deviations & { userHandle?: string } = {}): string {
    if (this.credential === null) throw new Error('The authenticator has no passkey.')
    const { id, privateKey, userHandle } = this.credential
    this.counter += 1
    const authenticatorData = this.#authenticatorData(deviations, 0)
    const clientDataJSON = this.#clientData('webauthn.get', challenge, deviations)
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()])
    const signature = sign('sha256', signed, privateKey)
    const handle = deviations.userHandle ?? userHandle
    return this.#answer(id, { clientDataJSON, authenticatorData, signature }, { userHandle: handle })
  }

  #answer(id: Buffer, binary: Record<string, Buffer>, other: object): string {
    const encoded = Object.fromEntries(
      Object.entries(binary).map(([name, bytes]) => [name, bytes.toString('base64url')]),
    )
    const text = id.toString('base64url')
    const response = { ...encoded, ...other }
    return JSON.stringify({ id: text, rawId: text, type: 'public-key', response, clientExtensionResults: {} })
  }

  #authenticatorData({ rpId = this.#site.rpId, isUserVerified = true }: Deviations, more: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter)
    const flags = 0x01 | (isUserVerified ? 0x04 : 0) | more
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter])
  }

  #clientData(type: string, asked: string, { origin = this.#site.origin, challenge = asked }: Deviations): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }
}

/** The few forms of CBOR (RFC 8949) that WebAuthn uses. */
function cbor(value: number | string | Buffer | Map<string, string>): Buffer {
  if (typeof value === 'number') return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)])
  return value instanceof Map ? cborHead(5, 0) : Buffer.concat([cborHead(2, value.length), value])
}

function cborMap(entries: [number | string, number | string | Buffer | Map<string, string>][]): Buffer {
  return Buffer.concat([cborHead(5, entries.length), ...entries.flat().map(cbor)])
}

function cborHead(major: number, length: number): Buffer {
  const type = major << 5
  if (length < 24) return Buffer.from([type | length])
  if (length < 256) return Buffer.from([type | 24, length])
  return Buffer.from([type | 25, length >> 8, length & 0xff])
}
