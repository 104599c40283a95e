// Turns a row into a user, or into a list of everything that is wrong with it.
import { createHash } from 'node:crypto'
import { canonicalUsername } from '../../auth/username.ts'
import { type FirebaseProject, firebaseHash, noPassword, storedFormOf } from '../../core/crypto/old-hashes.ts'
import { parseEmail } from '../../core/email-address.ts'
import { type ProfileField, profileFieldNames, profileSchema, ruleOf } from '../../core/profile.ts'
import { trimTyped } from '../../core/typed-text.ts'
import { newUser, snakeCase } from '../../stores/kinds.ts'
import { storable } from '../../stores/texts.ts'
import { type Profile, roles } from '../../stores/types.ts'
import { type Fields, type ImportContext, type Reading, type Row, rejected, shown } from './reading.ts'

export async function* readRows(rows: AsyncIterable<Row>, context: ImportContext): AsyncGenerator<Reading> {
  for await (const { line, fields, errors, app } of rows) {
    const { username = '', email = '' } = fields
    const place = { line, username: shown(username), email: shown(email) }
    const notes = [...(app?.notes ?? [])]
    const candidate = readUser(fields, { errors, notes }, context)
    if (errors.length > 0) {
      yield rejected(place, errors.join(' '))
      continue
    }
    const key = app?.key ?? null
    const { user } = candidate
    if (key !== null) user.totp = { sealed: await context.sealTotp(key, user.id), createdAt: context.now }
    for (const note of notes) yield { kind: 'note', text: `Line ${line}, ${user.username || place.email}: ${note}` }
    yield { kind: 'candidate', ...place, ...candidate }
  }
}

interface Remarks {
  /** Reasons to reject the row. */
  errors: string[]
  /** Values that were left out. */
  notes: string[]
}

function readUser(fields: Fields, { errors, notes }: Remarks, { now, newId, firebase }: ImportContext) {
  const field = (name: keyof Fields) => trimTyped(fields[name] ?? '')
  const given = field('email')
  const email = parseEmail(given)
  if (given !== '' && email === null) {
    // Do not reject the row: the user can log in with the password and enter another address.
    const typed = shown(given)
    notes.push(`The e-mail address ${typed === '' ? '' : `${JSON.stringify(typed)} `}is invalid and was left out.`)
  }

  const usernameFrom = field('username') === '' && field('firebase_id') !== '' && given !== '' ? nameIn(given) : null
  const username = usernameFrom ?? canonicalUsername(field('username'))
  if (field('username') === '' && usernameFrom === null) {
    errors.push(given === '' ? 'There is no username.' : 'There is no username, only an e-mail address.')
  } else if (username === null) {
    errors.push(
      'The username is not 3 to 32 characters of a to z, 0 to 9, dot, underscore and hyphen that start with a letter or a digit.',
    )
  }

  const verified = field('email_verified').toLowerCase()
  const isFalse = ['', 'false', 'f', 'no', '0'].includes(verified)
  const verifiedAt = isFalse ? null : ['true', 't', 'yes', '1'].includes(verified) ? now : parseTime(verified, now)
  if (!isFalse && verifiedAt === null) errors.push('The field email_verified is neither true, false nor a time.')
  if (verifiedAt !== null && given === '') errors.push('The e-mail address is missing but marked as verified.')

  const role = roles.find((one) => one === (field('role').toLowerCase() || 'member'))
  if (role === undefined) errors.push(`The role is none of ${roles.join(', ')}.`)
  // A future creation time would let the user evade reservations of usernames.
  const createdAt = field('created_at') === '' ? now : parseTime(field('created_at'), now)
  if (createdAt === null) errors.push('The time of creation is not a past time such as 2024-01-31T12:00:00Z.')
  const status = field('status') || 'active'
  if (status !== 'active' && status !== 'suspended') errors.push('The status is neither active nor suspended.')
  const until = field('suspended_until')
  const suspendedUntil = until === '' ? null : parseTime(until, Number.MAX_SAFE_INTEGER)
  if (until !== '' && suspendedUntil === null) errors.push('The end of the suspension is not a time.')
  if (field('deleted_at') !== '') errors.push('The account was deleted.')

  const isSuspended = status === 'suspended'
  const user = newUser({
    id: field('firebase_id') === '' ? newId() : idOfFirebase(field('firebase_id')),
    username: username ?? '',
    passwordHash: readHash(fields, errors, firebase),
    email,
    emailVerifiedAt: email === null ? null : verifiedAt,
    role: role ?? 'member',
    status: isSuspended ? 'suspended' : 'active',
    suspendedUntil: isSuspended ? suspendedUntil : null,
    suspendReason: isSuspended ? storable(field('suspend_reason').replace(/\p{Cc}/gu, ' '), 200) : '',
    profile: readProfile(fields, errors),
    createdAt: createdAt ?? now,
  })
  return { user, usernameFrom }
}

function readHash(fields: Fields, errors: string[], firebase: FirebaseProject | null): string {
  const given = fields.password_hash?.trim() ?? ''
  const isFirebase = fields.firebase_id !== undefined && given !== ''
  if (isFirebase && firebase === null) {
    errors.push('The password hash of Firebase needs the parameters of its project (--firebase-config).')
    return noPassword
  }
  const hash = isFirebase && firebase ? firebaseHash(given, fields.firebase_salt ?? '', firebase) : given
  const stored = storedFormOf(hash)
  if (stored.ok) return stored.value
  if (stored.code === 'hash_unknown') errors.push('The password hash is of no known kind.')
  else errors.push('The password hash is too expensive: each log-in would take too long.')
  return noPassword
}

function readProfile(fields: Fields, errors: string[]): Partial<Profile> {
  const given = profileFieldNames.map((name) => [name, fields[snakeCase(name)] ?? ''])
  const parsed = profileSchema.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  for (const { message, path } of parsed.error.issues) {
    const name = profileFieldNames.find((one) => one === path[0])
    if (name !== undefined) errors.push(profileError(name, message))
  }
  return {}
}

function profileError(name: ProfileField, code: string): string {
  const { kind, max } = ruleOf(name)
  const label = `The ${snakeCase(name).replaceAll('_', ' ')}`
  if (kind === 'number') return `${label} is not a whole number from 0 to ${max}.`
  if (code.endsWith('_long')) return `${label} is longer than ${max} characters.`
  return `${label} has characters that it cannot have.`
}

/**
 * Accepts ISO 8601, also as databases write it (UTC without a zone), or milliseconds since 1970. Null for anything
 * else.
 */
function parseTime(text: string, latest: number): number | null {
  const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i
  const [, date, time = '00:00', zone = 'Z'] = form.exec(text) ?? []
  const offset = /\d/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}` : 'Z'
  const at = /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(`${date}T${time}${offset}`)
  return at >= 0 && at <= latest ? at : null
}

/** The same Firebase user always gets the same id, so that a second import recognises renamed users. */
function idOfFirebase(localId: string): string {
  return createHash('sha256').update(`firebase ${localId}`).digest('hex').slice(0, 32)
}

/** The local part of the address as a valid username, with a prefix if it is too short. */
function nameIn(email: string): string {
  const local = email
    .replace(/@[^@]*$/, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
  const clean = (text: string) => text.replace(/[^a-z0-9._-]+/g, '-').replace(/^[._-]+|[._-]+$/g, '')
  const name = clean(local)
  return clean((name.length < 3 ? `user-${name}` : name).slice(0, 32))
}
