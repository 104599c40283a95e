'use server'

import { redirect } from 'next/navigation'
import { confirmSchema } from '#lib/auth/forms.ts'
import { execute } from '#lib/core/command.ts'
import { orNotSaved } from '#lib/core/not-saved.ts'
import { ok } from '#lib/core/result.ts'
import { confirmIdentity } from '#lib/features/log-in/commands.ts'
import { services } from '#lib/services.ts'
import { continueSession } from '#lib/web/begin-session.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { actorOf, resume } from '#lib/web/run-command.ts'

/** Checks the password, and then runs the command that waited for it. */
export async function confirm(_previous: FormState, posted: FormData): Promise<FormState> {
  const signedIn = await requirePermission('manage-own-account', '/confirm')
  const form = await readForm(posted, confirmSchema, signedIn.session)
  if (!form.ok) return form.state
  const { act: handle, next } = form.value
  const app = await services()
  const confirmed = await orNotSaved(execute(confirmIdentity, await actorOf(signedIn), form.texts, app))
  if (!confirmed.ok && confirmed.code === 'person_gone') redirect('/login?reason=ended')
  if (!confirmed.ok && confirmed.code !== 'session_over') return form.refuse(confirmed)
  // When the session is over, the page says why, and what waited for the password is not done.
  if (!confirmed.ok) redirect(safeNextPath(next) ?? '/')
  const { token, session } = confirmed.value
  await continueSession(token)
  if (!handle) redirect(safeNextPath(next) ?? '/')

  // The password was right, so no form asks for anything again: a page tells what goes wrong from here on.
  const pending = await orNotSaved(app.pendingCommands.take(signedIn.session.id, handle).then((taken) => ok(taken)))
  if (!pending.ok) redirect('/security?undone=unsaved')
  if (pending.value === null) redirect('/security?undone=lapsed')
  // Read again: the role may have changed while the user typed.
  const owner = await app.accounts.findOwner(session)
  if (!owner.ok) redirect(`/login?reason=${owner.code}`)
  const renewed = { ...signedIn.session, ...session }
  redirect(await resume(pending.value, { user: owner.value, impersonation: null, session: renewed }))
}
