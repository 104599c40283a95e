// Takes over the people of the Streamlit application that ran here before: old content in, records out. Reads and
// writes no file; a reason is a sentence for the operator and never holds a password or a hash.

import { newUser } from '#lib/stores/kinds.ts'
import { repairTexts } from '#lib/stores/texts.ts'
import type { Profile, UserRecord } from '#lib/stores/types.ts'

import { canonicalUsername } from '../../auth/username.ts'

export interface Remark {
  name: string
  reason: string
}

export interface TakenOver {
  users: UserRecord[]
  /** People who could not be taken over. */
  refused: Remark[]
  /** What was left out of people who were taken over. */
  notes: Remark[]
}

/** `old` is the parsed users.json of that application: people by name. */
export function takeOverStreamlit(old: unknown, { now, newId }: { now: number; newId: () => string }): TakenOver {
  const refused: Remark[] = []
  const candidates = new Map<string, Candidate[]>()
  for (const [name, person] of Object.entries(isObject(old) ? old : {})) {
    const candidate = findCandidate(name, person)
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
    const { profile, faults } = readProfile(winner.person)
    for (const fault of faults) notes.push({ name: winner.name, reason: `${quoted(winner.name)}: ${fault}` })
    const { passwordHash } = winner
    const user = newUser({ id: newId(), username, passwordHash, profile, createdAt: now })
    // Otherwise the text as it is: the form says what it does not take when it is next saved.
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
  person: Record<string, unknown>
}

function findCandidate(name: string, person: unknown): Candidate | Remark {
  const refuse = (reason: string): Remark => ({ name, reason: `${quoted(name)}: ${reason}` })
  const username = canonicalUsername(name)
  if (username === null) {
    return refuse(
      'The name is not 3 to 32 characters of a to z, 0 to 9, dot, underscore and hyphen that start with a letter or a digit.',
    )
  }
  if (!isObject(person)) return refuse('What is stored under the name is not a person.')
  if (typeof person.password !== 'string' || !/^[0-9a-f]{64}$/i.test(person.password)) {
    return refuse('The stored password is not a SHA-256 hash of 64 hexadecimal digits.')
  }
  return { name, username, passwordHash: `sha256$${person.password.toLowerCase()}`, person }
}

function readProfile(person: Record<string, unknown>): { profile: Partial<Profile>; faults: string[] } {
  const faults = unknownFields(person, ['password', 'profile'], 'The person')
  if (!isObject(person.profile)) {
    faults.push(`The profile is ${person.profile === undefined ? 'missing' : 'not an object'}; it is empty now.`)
    return { profile: {}, faults }
  }
  const { full_name: fullName = '', bio = '', age = null } = person.profile
  faults.push(...unknownFields(person.profile, ['full_name', 'bio', 'age'], 'The profile'))
  if (typeof fullName !== 'string') faults.push('The full name is not text; it is empty now.')
  if (typeof bio !== 'string') faults.push('The bio is not text; it is empty now.')
  if (age !== null && !isAge(age)) faults.push('The age is not a whole number from 0 to 150; it is not set now.')
  const profile = {
    fullName: typeof fullName === 'string' ? fullName : '',
    bio: typeof bio === 'string' ? bio : '',
    age: isAge(age) ? age : null,
  }
  return { profile, faults }
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
