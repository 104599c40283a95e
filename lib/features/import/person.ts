// From a row to a person, or to all that is wrong with it.
import { createHash } from 'node:crypto'
import { canonicalUsername } from '../../auth/username.ts'
import { type FirebaseProject, firebaseHash, noPassword, storedFormOf } from '../../core/crypto/old-hashes.ts'
import { parseEmail } from '../../core/email-address.ts'
import { trimTyped } from '../../core/typed-text.ts'
import { newUser, snakeCase } from '../../stores/kinds.ts'
import { storable } from '../../stores/texts.ts'
import { type Profile, roles } from '../../stores/types.ts'
import { type ProfileField, profileFieldNames, profileSchema, ruleOf } from '../profile/profile.ts'
import { type Fields, type ImportContext, type Reading, type Row, rejected, shown } from './reading.ts'

export async function* readRows(rows: AsyncIterable<Row>, context: ImportContext): AsyncGenerator<Reading> {
  for await (const { line, fields, faults } of rows) {
    const { username = '', email = '' } = fields
    const place = { line, username: shown(username), email: shown(email) }
    const notes: string[] = []
    const person = readPerson(fields, { faults, notes }, context)
    if (faults.length > 0) {
      yield rejected(place, faults.join(' '))
      continue
    }
    for (const note of notes)
      yield { kind: 'note', text: `Line ${line}, ${person.user.username || place.email}: ${note}` }
    yield { kind: 'candidate', ...place, ...person }
  }
}

interface Remarks {
  /** Why the person cannot be taken over. */
  faults: string[]
  /** What is left out of the person. */
  notes: string[]
}

function readPerson(fields: Fields, { faults, notes }: Remarks, { now, newId, firebase }: ImportContext) {
  const field = (name: keyof Fields) => trimTyped(fields[name] ?? '')
  const given = field('email')
  const email = parseEmail(given)
  if (given !== '' && email === null) {
    // Nobody loses an account for it: who has a password logs in and enters another address.
    const typed = shown(given)
    notes.push(`The e-mail address ${typed === '' ? '' : `${JSON.stringify(typed)} `}is none and was left out.`)
  }

  const usernameFrom = field('username') === '' && field('firebase_id') !== '' && given !== '' ? nameIn(given) : null
  const username = usernameFrom ?? canonicalUsername(field('username'))
  if (field('username') === '' && usernameFrom === null) {
    faults.push(given === '' ? 'There is no username.' : 'There is no username, only an e-mail address.')
  } else if (username === null) {
    faults.push(
      'The username is not 3 to 32 characters of a to z, 0 to 9, dot, underscore and hyphen that start with a letter or a digit.',
    )
  }

  const verified = field('email_verified').toLowerCase()
  const isFalse = ['', 'false', 'f', 'no', '0'].includes(verified)
  const verifiedAt = isFalse ? null : ['true', 't', 'yes', '1'].includes(verified) ? now : parseTime(verified, now)
  if (!isFalse && verifiedAt === null) faults.push('Whether the address is verified is neither true, false nor a time.')
  if (verifiedAt !== null && given === '') faults.push('The e-mail address is verified and missing.')

  const role = roles.find((one) => one === (field('role').toLowerCase() || 'member'))
  if (role === undefined) faults.push(`The role is none of ${roles.join(', ')}.`)
  // In the future, it would get past the time for which a username is reserved.
  const createdAt = field('created_at') === '' ? now : parseTime(field('created_at'), now)
  if (createdAt === null) faults.push('The time of creation is no time of the past such as 2024-01-31T12:00:00Z.')
  const status = field('status') || 'active'
  if (status !== 'active' && status !== 'suspended') faults.push('The status is neither active nor suspended.')
  const until = field('suspended_until')
  const suspendedUntil = until === '' ? null : parseTime(until, Number.MAX_SAFE_INTEGER)
  if (until !== '' && suspendedUntil === null) faults.push('The end of the suspension is no time.')
  if (field('deleted_at') !== '') faults.push('The account was deleted.')

  const isSuspended = status === 'suspended'
  const user = newUser({
    id: field('firebase_id') === '' ? newId() : idOfFirebase(field('firebase_id')),
    username: username ?? '',
    passwordHash: readHash(fields, faults, firebase),
    email,
    emailVerifiedAt: email === null ? null : verifiedAt,
    role: role ?? 'member',
    status: isSuspended ? 'suspended' : 'active',
    suspendedUntil: isSuspended ? suspendedUntil : null,
    suspendReason: isSuspended ? storable(field('suspend_reason').replace(/\p{Cc}/gu, ' '), 200) : '',
    profile: readProfile(fields, faults),
    createdAt: createdAt ?? now,
  })
  return { user, usernameFrom }
}

function readHash(fields: Fields, faults: string[], firebase: FirebaseProject | null): string {
  const given = fields.password_hash?.trim() ?? ''
  const isFirebase = fields.firebase_id !== undefined && given !== ''
  if (isFirebase && firebase === null) {
    faults.push('The password hash of Firebase needs the parameters of its project (--firebase-config).')
    return noPassword
  }
  const hash = isFirebase && firebase ? firebaseHash(given, fields.firebase_salt ?? '', firebase) : given
  const stored = storedFormOf(hash)
  if (stored.ok) return stored.value
  if (stored.code === 'hash_unknown') faults.push('The password hash is of no known kind.')
  else faults.push('The password hash would make a log-in take too long.')
  return noPassword
}

function readProfile(fields: Fields, faults: string[]): Partial<Profile> {
  const given = profileFieldNames.map((name) => [name, fields[snakeCase(name)] ?? ''])
  const parsed = profileSchema.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  for (const { message, path } of parsed.error.issues) {
    const name = profileFieldNames.find((one) => one === path[0])
    if (name !== undefined) faults.push(profileFault(name, message))
  }
  return {}
}

function profileFault(name: ProfileField, code: string): string {
  const { kind, max } = ruleOf(name)
  const label = `The ${snakeCase(name).replaceAll('_', ' ')}`
  if (kind === 'number') return `${label} is not a whole number from 0 to ${max}.`
  if (code.endsWith('_long')) return `${label} is longer than ${max} characters.`
  return `${label} has characters that it cannot have.`
}

/** ISO 8601, as databases write it too: without a zone it is UTC; or milliseconds since 1970. Null for any other. */
function parseTime(text: string, latest: number): number | null {
  const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i
  const [, date, time = '00:00', zone = 'Z'] = form.exec(text) ?? []
  const offset = /\d/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}` : 'Z'
  const at = /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(`${date}T${time}${offset}`)
  return at >= 0 && at <= latest ? at : null
}

/** Always the same for the same person: so that a second import finds them, whatever they are called by then. */
function idOfFirebase(localId: string): string {
  return createHash('sha256').update(`firebase ${localId}`).digest('hex').slice(0, 32)
}

/** The part before the @ as a username can be, or with a word in front when that is too short. */
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
