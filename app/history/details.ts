// The details of an audit entry in words. Names and values of other versions are shown as they were written.
import { rolesByTrust } from '#lib/core/roles/permissions.ts'
import type { AuditRecord } from '#lib/stores/types.ts'
import { en } from '#lib/words/en.ts'
import { deviceName, eventName } from '#lib/words/sentences.ts'
import type { Words } from '#lib/words/words.ts'

const { details, codes } = en.admin.audit

export function detailsOf(words: Words, { detail }: AuditRecord): { name: string; value: string }[] {
  const recorded: Record<string, unknown> = JSON.parse(detail)
  return Object.entries(recorded).map(([name, value]) => ({
    name: isKeyOf(details, name) ? words(`admin.audit.details.${name}`) : name,
    value: valueInWords(words, name, value === null || value === '' ? '' : String(value)),
  }))
}

/** What was done, or what failed for those who have to prove who they are. */
export function entryName(words: Words, { event, outcome }: AuditRecord): string {
  if (outcome === 'refused' && event === 'session.started') return words('history.failed_log_in')
  if (outcome === 'refused' && event === 'session.confirmed') return words('history.failed_confirmation')
  return eventName(words, event)
}

/** The browser of a log-in, or null: entries of other events, and of earlier versions, have none. */
export function deviceOf(words: Words, { detail }: AuditRecord): string | null {
  const { browser = null, system = null } = JSON.parse(detail)
  return browser === null && system === null ? null : deviceName(words, { browser, system })
}

/** Why something was refused, in a few words; null for a reason that has none. */
export function reasonOf(words: Words, { detail, subjectId }: AuditRecord): string | null {
  const { code } = JSON.parse(detail)
  if (code === 'credentials_wrong' && subjectId === null) return words('admin.audit.codes.username_unknown')
  return isKeyOf(codes, String(code)) ? valueInWords(words, 'code', String(code)) : null
}

function valueInWords(words: Words, name: string, value: string): string {
  const named = `${name}_${value}`
  if (isKeyOf(details, named)) return words(`admin.audit.details.${named}`)
  if (value === '') return words(name === 'until' ? 'admin.audit.details.until_lifted' : 'fields.not_set')
  if (name === 'code') return isKeyOf(codes, value) ? words(`admin.audit.codes.${value}`) : value.replaceAll('_', ' ')
  const role = rolesByTrust.find((known) => known === value)
  return role === undefined ? value : words(`roles.${role}`)
}

function isKeyOf<Keys extends object>(object: Keys, key: string): key is Extract<keyof Keys, string> {
  return Object.hasOwn(object, key)
}
