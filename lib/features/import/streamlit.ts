// Converts users of the Streamlit application that ran here before into records. Reads and writes no file. A reason is
// a sentence for the operator and never contains a password or a hash.

import { newUser } from '#lib/stores/kinds.ts'
import { repairTexts } from '#lib/stores/texts.ts'
import type { Profile, UserRecord } from '#lib/stores/types.ts'

import { canonicalUsername } from '../../auth/username.ts'
import { isObject } from './json.ts'

export interface Remark {
  name: string
  reason: string
}

export interface TakenOver {
  users: UserRecord[]
  /** Users who could not be taken over. */
  refused: Remark[]
  /** Values that were left out of users. */
  notes: Remark[]
}

/** `old` is the parsed users.json of that application: users by name. */
export function takeOverStreamlit(old: unknown, { now, newId }: { now: number; newId: () => string }): TakenOver {
  const refused: Remark[] = []
  const candidates = new Map<string, Candidate[]>()
  for (const [name, oldUser] of Object.entries(isObject(old) ? old : {})) {
    const candidate = findCandidate(name, oldUser)
    if ('reason' in candidate) refused.push(candidate)
    else candidates.set(candidate.username, [...(candidates.get(candidate.username) ?? []), candidate])
  }

  const users: UserRecord[] = []
  const notes: Remark[] = []
  for (const [username, twins] of candidates) {
    const winner = twins.find(({ name }) => name === username) ?? twins[0]
    if (!winner) continue
    for (const { name } of twins.filter((twin) => twin !== winner)) {
      const reason = `${quoted(name)}: The name differs only in case from ${quoted(winner.name)}, which has the account now.`
      refused.push({ name, reason })
    }
    const { profile, errors } = readProfile(winner.oldUser)
    for (const error of errors) notes.push({ name: winner.name, reason: `${quoted(winner.name)}: ${error}` })
    const { passwordHash } = winner
    const user = newUser({ id: newId(), username, passwordHash, profile, createdAt: now })
    // Keep any other text: the profile form reports it when the user next saves.
    const { stored, repaired } = repairTexts({ kind: 'user', record: user })
    for (const { field, fault } of repaired)
      notes.push({ name: winner.name, reason: `${quoted(winner.name)}: ${field} ${fault}, which is left out.` })
    users.push(stored.record)
  }
  return { users, refused, notes }
}

interface Candidate {
  name: string
  username: string
  passwordHash: string
  oldUser: Record<string, unknown>
}

function findCandidate(name: string, oldUser: unknown): Candidate | Remark {
  const refuse = (reason: string): Remark => ({ name, reason: `${quoted(name)}: ${reason}` })
  const username = canonicalUsername(name)
  if (username === null) {
    return refuse(
      'The name is not 3 to 32 characters of a to z, 0 to 9, dot, underscore and hyphen that start with a letter or a digit.',
    )
  }
  if (!isObject(oldUser)) return refuse('The value stored under the name is not an object.')
  if (typeof oldUser.password !== 'string' || !/^[0-9a-f]{64}$/i.test(oldUser.password)) {
    return refuse('The stored password is not a SHA-256 hash of 64 hexadecimal digits.')
  }
  return { name, username, passwordHash: `sha256$${oldUser.password.toLowerCase()}`, oldUser }
}

function readProfile(oldUser: Record<string, unknown>): { profile: Partial<Profile>; errors: string[] } {
  const errors = unknownFields(oldUser, ['password', 'profile'], 'The user')
  if (!isObject(oldUser.profile)) {
    errors.push(`The profile is ${oldUser.profile === undefined ? 'missing' : 'not an object'}; it is empty now.`)
    return { profile: {}, errors }
  }
  const { full_name: fullName = '', bio = '', age = null } = oldUser.profile
  errors.push(...unknownFields(oldUser.profile, ['full_name', 'bio', 'age'], 'The profile'))
  if (typeof fullName !== 'string') errors.push('The full name is not text; it is empty now.')
  if (typeof bio !== 'string') errors.push('The bio is not text; it is empty now.')
  if (age !== null && !isAge(age)) errors.push('The age is not a whole number from 0 to 150; it is not set now.')
  const profile = {
    fullName: typeof fullName === 'string' ? fullName : '',
    bio: typeof bio === 'string' ? bio : '',
    age: isAge(age) ? age : null,
  }
  return { profile, errors }
}

function unknownFields(value: object, known: readonly string[], owner: string): string[] {
  const unknown = Object.keys(value).filter((key) => !known.includes(key))
  return unknown.length === 0 ? [] : [`${owner} has unknown fields, left out: ${unknown.map(quoted).join(', ')}.`]
}

function isAge(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 150
}

function quoted(name: string): string {
  return JSON.stringify(name)
}
