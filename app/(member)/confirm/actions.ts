'use server'

import { redirect } from 'next/navigation'
import { confirmSchema } from '#lib/auth/forms.ts'
import { execute } from '#lib/core/command.ts'
import { orNotSaved } from '#lib/core/not-saved.ts'
import { ok } from '#lib/core/result.ts'
import { confirmIdentity } from '#lib/features/log-in/commands.ts'
import { services } from '#lib/services.ts'
import { continueSession } from '#lib/web/cookies/begin-session.ts'
import { readForm } from '#lib/web/forms/form.ts'
import type { FormState } from '#lib/web/forms/form-state.ts'
import { actorOf, resume } from '#lib/web/forms/run-command.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'
import { safeNextPath } from '#lib/web/guards/next-path.ts'

/** Checks the password, then runs the pending command. */
export async function confirm(_previous: FormState, posted: FormData): Promise<FormState> {
  const signedIn = await requirePermission('manage-own-account', '/confirm')
  const form = await readForm(posted, confirmSchema, signedIn.session)
  if (!form.ok) return form.state
  const { act: handle, next } = form.value
  const app = await services()
  const confirmed = await orNotSaved(execute(confirmIdentity, await actorOf(signedIn), form.texts, app))
  if (!confirmed.ok && confirmed.code === 'person_gone') redirect('/login?reason=ended')
  if (!confirmed.ok && confirmed.code !== 'session_over') return form.refuse(confirmed)
  // If the session has ended, the page says why, and the pending command does not run.
  if (!confirmed.ok) redirect(safeNextPath(next) ?? '/')
  const { token, session } = confirmed.value
  await continueSession(token)
  if (!handle) redirect(safeNextPath(next) ?? '/')

  // From here on the form must not be shown again, since the password was right: a page reports errors.
  const pending = await orNotSaved(app.pendingCommands.take(signedIn.session.id, handle).then((taken) => ok(taken)))
  if (!pending.ok) redirect('/security?undone=unsaved')
  if (pending.value === null) redirect('/security?undone=lapsed')
  // Read again: the role may have changed while the user typed.
  const owner = await app.accounts.findOwner(session)
  if (!owner.ok) redirect(`/login?reason=${owner.code}`)
  const renewed = { ...signedIn.session, ...session }
  redirect(await resume(pending.value, { user: owner.value, impersonation: null, session: renewed }))
}
