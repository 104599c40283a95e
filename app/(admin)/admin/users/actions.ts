'use server'

import { requireRole } from '#lib/web/current-user.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { submitAct } from '#lib/web/submit-act.ts'

export async function changeRole(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('change-role', posted, session)
}

export async function suspend(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('suspend', posted, session)
}

export async function resume(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('resume', posted, session)
}

export async function endSessionsOf(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('end-sessions-of', posted, session)
}

export async function startReset(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('start-reset', posted, session)
}

export async function unlock(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('unlock', posted, session)
}

export async function deletePerson(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('delete-person', posted, session)
}

export async function restorePerson(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('restore-person', posted, session)
}

export async function lookAs(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireRole('admin', '/admin/users')
  return submitAct('look-as', posted, session)
}
