// Reads the authenticator app of a user of another system: an otpauth:// URI, or as Keycloak, or authentik and django-otp
// keep it. No sentence repeats a part of it.
import { Secret, TOTP, URI } from 'otpauth'
import { isObject, parseJson } from './json.ts'

interface App {
  algorithm: unknown
  digits: unknown
  period: unknown
  secret: Secret
}

export interface ReadApp {
  /** In base32. Null without an app. */
  key: string | null
  errors: string[]
  notes: string[]
}

/** RFC 4226, 4, R6, requires 128 bits, but older apps have 80. */
const fewestBytes = 10
const mostBytes = 128

/** `totp` and `credentials` of a JSON line. */
export function readApp(totp: unknown, credentials: unknown): ReadApp {
  const read: ReadApp = { key: null, errors: [], notes: [] }
  const apps: App[] = []
  if (totp !== undefined && totp !== null && totp !== '') {
    const app = typeof totp === 'string' ? ofUri(totp) : isObject(totp) ? ofHexKey(totp) : null
    if (app !== null) apps.push(app)
    else read.errors.push('The field totp is neither an otpauth://totp/ URI nor an object with a key in hex.')
  }
  if (credentials !== undefined && credentials !== null) apps.push(...appsOfKeycloak(credentials, read))
  const [first, ...others] = apps
  if (first === undefined || read.errors.length > 0) return read
  const { algorithm, digits, period, secret } = first
  if (algorithm !== 'SHA1' || digits !== 6 || period !== 30) {
    read.errors.push('The authenticator app does not make codes of 6 digits every 30 seconds with SHA-1.')
  } else if (secret.buffer.byteLength < fewestBytes || secret.buffer.byteLength > mostBytes) {
    read.errors.push(`The key of the authenticator app does not have ${fewestBytes} to ${mostBytes} bytes.`)
  } else read.key = secret.base32
  if (others.length > 0) read.notes.push('The user has several authenticator apps. The first one was taken.')
  return read
}

function ofUri(text: string): App | null {
  try {
    const parsed = URI.parse(text.trim())
    return parsed instanceof TOTP ? parsed : null
  } catch {
    // The message of the error may contain the key.
    return null
  }
}

/** The device of django-otp, from which authentik's descends. */
function ofHexKey({ key, digits = 6, step = 30, t0 = 0 }: Record<string, unknown>): App | null {
  if (typeof key !== 'string' || !/^(?:[0-9a-f]{2})+$/i.test(key) || t0 !== 0) return null
  return { algorithm: 'SHA1', digits, period: step, secret: Secret.fromHex(key) }
}

const algorithms: Record<string, string> = { HmacSHA1: 'SHA1' }

function appsOfKeycloak(credentials: unknown, { errors, notes }: ReadApp): App[] {
  if (!Array.isArray(credentials)) {
    errors.push('The credentials are not a list.')
    return []
  }
  const otps = credentials.filter((one) => isObject(one) && one.type === 'otp')
  if (otps.length < credentials.length) notes.push('Credentials that are no authenticator app were left out.')
  return otps.flatMap((otp) => {
    const [data, secretData] = [objectIn(otp.credentialData), objectIn(otp.secretData)]
    const secret = data && secretData && keyOfKeycloak(secretData.value, data.secretEncoding)
    if (!data || !secret || data.subType !== 'totp') {
      errors.push(
        'An authenticator app among the credentials is not what Keycloak exports, or counts instead of using the time.',
      )
      return []
    }
    const { digits, period, algorithm } = data
    return [{ algorithm: algorithms[String(algorithm)], digits, period, secret }]
  })
}

/** The key is the text itself, unless an encoding is named. */
function keyOfKeycloak(value: unknown, encoding: unknown): Secret | null {
  if (typeof value !== 'string' || value === '') return null
  if (encoding === undefined || encoding === null) return Secret.fromUTF8(value)
  if (String(encoding).toUpperCase() !== 'BASE32') return null
  try {
    return Secret.fromBase32(value)
  } catch {
    return null
  }
}

/** Keycloak writes these objects as texts. */
function objectIn(value: unknown): Record<string, unknown> | null {
  const content = typeof value === 'string' ? parseJson(value) : value
  return isObject(content) ? content : null
}
