'use server'

import type { FormState } from '#lib/web/form-state.ts'
import { submit } from '#lib/web/run-command.ts'

export async function changeRole(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.change-role', posted)
}

export async function suspend(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.suspend', posted)
}

export async function resume(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.resume', posted)
}

export async function endSessionsOf(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.end-sessions', posted)
}

export async function startReset(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.start-reset', posted)
}

export async function unlock(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.unlock', posted)
}

export async function deletePerson(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.delete', posted)
}

export async function restorePerson(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('users.restore', posted)
}

export async function lookAs(_previous: FormState, posted: FormData): Promise<FormState> {
  return submit('impersonation.start', posted)
}
