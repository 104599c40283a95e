// A refusal in the query of a page's URL, for forms that do not show it themselves.
import type { Refusal } from '#lib/words/message-for.ts'
import { oneOf, type Query } from '../query.ts'

// Anyone can craft a URL, so only these codes are shown.
const codes = [
  'address_same',
  'username_taken',
  'last_admin',
  'yourself',
  'person_gone',
  'selection_too_often',
  'not_shown',
  'date_past',
  'admin_by_hand',
  'last_way_in',
  'second_factor_required',
  'passkey_gone',
  'passkey_name_missing',
  'no_second_factor',
  'factor_reset_needs_address',
  'factor_reset_waits',
  'form_stale',
  'picture_missing',
  'picture_heavy',
  'picture_large',
  'picture_kind',
] as const
/** Codes with a waiting time in seconds. */
const waitCodes = ['mail_too_soon', 'rename_too_often', 'form_too_often'] as const

export function refusalQuery({ code, waitMs }: Refusal): URLSearchParams {
  const query = new URLSearchParams({ refused: code })
  if (waitMs !== undefined) query.set('wait', String(Math.ceil(waitMs / 1000)))
  return query
}

export function refusalIn(query: Query): Refusal | null {
  const code = oneOf(query, 'refused', codes)
  if (code !== null) return { code }
  const waitCode = oneOf(query, 'refused', waitCodes)
  if (waitCode === null || typeof query.wait !== 'string' || !/^\d{1,6}$/.test(query.wait)) return null
  return { code: waitCode, waitMs: Number(query.wait) * 1000 }
}
