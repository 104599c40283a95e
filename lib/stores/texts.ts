// The rule for text in all stores: no NUL, which PostgreSQL rejects; no unpaired surrogate, which UTF-8 cannot encode;
// a maximum length far above any form's. Callers check or repair input before. `store check` reports text of older
// versions, and copies repair it.

import { keyRule, kinds, ruleByPlace } from './kinds.ts'
import { type StoredRecord, StoreError } from './types.ts'

/** Whether users or their browsers wrote the text. */
export function isRepairable({ field }: TextFault): boolean {
  return ruleOf(field).isRepairable
}

export interface TextFault {
  /** Such as `profile.fullName` or `passkeys.0.name`. */
  field: string
  fault: string
}

/** The elements of a list have the same rules. */
const ruleOf = (field: string) => ruleByPlace.get(field.replace(/\.\d+\b/g, '')) ?? keyRule

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** Removes what no store accepts and truncates to this length. */
export function storable(text: string, most: number): string {
  const cut = text.slice(0, most)
  const isHalved = cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut)
  return (isHalved ? cut.slice(0, -1) : cut).replace(/\0|\p{Cs}/gu, '')
}

export function textFaultsOf(record: object): TextFault[] {
  return [...textsIn(record)].flatMap(([field, text]) => {
    const fault = faultOf(text, ruleOf(field).most)
    return fault === null ? [] : [{ field, fault }]
  })
}

/** Throws `record_refused`, naming record and field, for text that no store accepts. */
export function requireTexts(kind: StoredRecord['kind'], id: string, record: object): void {
  const [found] = textFaultsOf(record)
  if (found === undefined) return
  throw new StoreError('record_refused', `${tellTextFault(kind, id, found)} No store takes that.`)
}

export function tellTextFault(kind: StoredRecord['kind'], id: string, { field, fault }: TextFault): string {
  return `In the ${kinds[kind].label} ${JSON.stringify(id)} the field ${field} ${fault}.`
}

/** The record in the form that stores accept, and what was repaired. Leaves what cannot be repaired. */
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
    owner[last] = storable(String(owner[last]), ruleOf(field).most)
  }
  return { stored: copy, repaired: faulty }
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
