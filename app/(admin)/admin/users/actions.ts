'use server'

import { requireRole } from '#lib/web/current-user.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { submitAct } from '#lib/web/submit-act.ts'

export async function changeRole(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('change-role', posted)
}

export async function suspend(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('suspend', posted)
}

export async function resume(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('resume', posted)
}

export async function endSessionsOf(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('end-sessions-of', posted)
}

export async function startReset(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('start-reset', posted)
}

export async function unlock(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('unlock', posted)
}

export async function deletePerson(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('delete-person', posted)
}

export async function restorePerson(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('restore-person', posted)
}

export async function lookAs(_previous: FormState, posted: FormData): Promise<FormState> {
  await requireRole('admin', '/admin/users')
  return submitAct('look-as', posted)
}
