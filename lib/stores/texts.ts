// The one rule of text at every store's door: no NUL, which PostgreSQL cannot hold; no half of a surrogate pair, which
// UTF-8 cannot; and no more than a bound, which is far above what any form takes. What comes in checks or repairs it
// before; what an older version let in is named by `store check`, and repaired where everything is copied.

import { type StoredRecord, StoreError } from './types.ts'

/** In UTF-16 units. A key of this length still fits into an index of either database. */
const mostInKey = 255
/** By the name of the field; others have the bound of a key. */
const bounds: Record<string, number> = {
  passwordHash: 2_000,
  email: 320,
  newEmail: 320,
  fullName: 1_000,
  bio: 100_000,
  suspendReason: 2_000,
  userAgent: 2_000,
  // Sealed forms and letters, and what an event is about.
  detail: 4_000_000,
  sealed: 4_000_000,
}

/** Text that people or their browsers wrote. Everything else is a key or was made here, and nobody can say what it was. */
const repairable = new Set(['fullName', 'bio', 'suspendReason', 'userAgent', 'locale', 'timeZone'])

/** Whether the text is one that people or their browsers wrote. */
export function isRepairable({ field }: TextFault): boolean {
  return repairable.has(field.replace(/^.*\./, ''))
}

export interface TextFault {
  /** Such as `profile.fullName`. */
  field: string
  fault: string
}

const boundOf = (field: string) => bounds[field.replace(/^.*\./, '')] ?? mostInKey

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** The text without what no store takes, cut where it is longer than this. */
export function storable(text: string, most: number): string {
  const cut = text.slice(0, most)
  const isHalved = cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut)
  return (isHalved ? cut.slice(0, -1) : cut).replace(/\0|\p{Cs}/gu, '')
}

export function textFaultsOf(record: object): TextFault[] {
  return [...textsIn(record)].flatMap(([field, text]) => {
    const fault = faultOf(text, boundOf(field))
    return fault === null ? [] : [{ field, fault }]
  })
}

/** Throws `record_refused`, naming record and field, for what no store takes. */
export function requireTexts(kind: StoredRecord['kind'], id: string, record: object): void {
  const [found] = textFaultsOf(record)
  if (found === undefined) return
  throw new StoreError('record_refused', `${tellTextFault(kind, id, found)} No store takes that.`)
}

export function tellTextFault(kind: StoredRecord['kind'], id: string, { field, fault }: TextFault): string {
  return `In the ${kindNames[kind]} ${JSON.stringify(id)} the field ${field} ${fault}.`
}

/** The record as a store takes it, and what was repaired. What cannot be repaired stays as it is. */
export function repairTexts<Kept extends StoredRecord>(stored: Kept): { stored: Kept; repaired: TextFault[] } {
  const faulty = textFaultsOf(stored.record).filter(isRepairable)
  if (faulty.length === 0) return { stored, repaired: [] }
  const copy = structuredClone(stored)
  for (const { field } of faulty) {
    const steps = field.split('.')
    const last = steps.pop() ?? ''
    const owner = steps.reduce<Record<string, unknown>>(
      (outer, step) => outer[step] as Record<string, unknown>,
      copy.record as unknown as Record<string, unknown>,
    )
    owner[last] = storable(String(owner[last]), boundOf(field))
  }
  return { stored: copy, repaired: faulty }
}

export const kindNames: Record<StoredRecord['kind'], string> = {
  user: 'user',
  session: 'session',
  ended: 'ended session',
  token: 'token',
  reserved: 'reserved username',
  mail: 'mail',
  audit: 'audit trail',
}

function faultOf(text: string, most: number): string | null {
  if (text.includes('\0')) return 'has a NUL in it'
  if (!text.isWellFormed()) return 'has half of a surrogate pair in it'
  return text.length > most ? `is longer than ${most.toLocaleString('en')} characters` : null
}

function* textsIn(record: object, before = ''): Generator<[string, string]> {
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'string') yield [`${before}${name}`, value]
    else if (typeof value === 'object' && value !== null) yield* textsIn(value, `${before}${name}.`)
  }
}
