'use server'

import { redirect } from 'next/navigation'
import { confirmSchema } from '#lib/auth/forms.ts'
import { ok } from '#lib/core/result.ts'
import { services } from '#lib/services.ts'
import { renewSession } from '#lib/web/begin-session.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { readLoginClient } from '#lib/web/login-client.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { isRefusedTry, recordOwn, recordTry } from '#lib/web/record.ts'
import { resume } from '#lib/web/run-command.ts'

export async function confirm(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('manage-own-account', '/confirm')
  const form = await readForm(posted, confirmSchema, session)
  if (!form.ok) return form.state
  const { password, act: handle, next } = form.value
  const { accounts, pendingCommands } = await services()

  const known = await orNotSaved(accounts.checkPassword(user.id, password, await readLoginClient()))
  if (!known.ok) {
    const { code } = known
    if (code === 'person_gone') redirect('/login?reason=ended')
    if (isRefusedTry(code)) await recordTry('session.confirmed', { actorId: user.id, subjectId: user.id, code })
    return form.refuse(known)
  }

  const renewed = await renewSession()
  if (!renewed.ok && renewed.code === 'not_saved') return form.refuse(renewed)
  if (renewed.ok) await recordOwn('session.confirmed', user.id)
  // If the session has ended, the page says why, and the pending command does not run.
  if (!renewed.ok || !handle) redirect(safeNextPath(next) ?? '/')

  // From here on the form must not be shown again, since the password was right: a page reports errors.
  const pending = await orNotSaved(pendingCommands.take(session.id, handle).then((taken) => ok(taken)))
  if (!pending.ok) redirect('/security?undone=unsaved')
  if (pending.value === null) redirect('/security?undone=lapsed')
  // Read again: the role may have changed while the user typed.
  const current = await accounts.findActive(user.id)
  if (current === null) redirect('/login?reason=ended')
  redirect(
    await resume(pending.value, { user: current, impersonation: null, session: { ...session, ...renewed.value } }),
  )
}
