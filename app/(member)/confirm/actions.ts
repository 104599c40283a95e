'use server'

import { redirect } from 'next/navigation'
import { confirmSchema } from '#lib/accounts/forms.ts'
import { ok } from '#lib/result.ts'
import { services } from '#lib/services.ts'
import { carryOut, orUnsavedPath } from '#lib/web/acts.ts'
import { renewSession } from '#lib/web/begin-session.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { readLoginClient } from '#lib/web/login-client.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { isRefusedTry, recordOwn, recordTry } from '#lib/web/record.ts'
import { tooManyRequests } from '#lib/web/too-many-requests.ts'
import { getWords } from '#lib/web/words.ts'
import { busySeconds } from '#lib/words/sentences.ts'

export async function confirm(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('leave', '/confirm')
  const form = await readForm(posted, confirmSchema, session)
  if (!form.ok) return form.state
  const { password, act: handle, next } = form.value
  const { accounts, interruptedActs } = await services()
  const words = await getWords()

  const known = await orNotSaved(accounts.checkPassword(user.id, password, await readLoginClient()))
  if (!known.ok) {
    const { code } = known
    if (code === 'person_gone') redirect('/login?reason=ended')
    if (isRefusedTry(code)) await recordTry('session.confirmed', { actorId: user.id, subjectId: user.id, code })
    if ('waitMs' in known) return form.refuse({ alert: await tooManyRequests(known.code, known.waitMs) })
    if (code === 'password_wrong') return form.refuse({ errors: { password: words('errors.password_wrong') } })
    return form.refuse({ alert: words(`errors.${known.code}`, { seconds: busySeconds }) })
  }

  const renewed = await renewSession()
  if (!renewed.ok && renewed.code === 'not_saved') return form.refuse({ alert: words('errors.not_saved') })
  if (renewed.ok) await recordOwn('session.confirmed', user.id)
  // When the session is over, the page says why; and what waited for it is not done.
  if (!renewed.ok || !handle) redirect(safeNextPath(next) ?? '/')

  // Once the password was right nothing is asked twice: what goes wrong from here on, the page says where it began.
  const by = { userId: user.id, sessionId: renewed.value.id }
  const act = await orNotSaved(interruptedActs.take(session.id, handle).then((taken) => ok(taken)))
  if (!act.ok) redirect('/security?undone=unsaved')
  if (act.value === null) redirect('/security?undone=lapsed')
  redirect(await orUnsavedPath(act.value, carryOut(act.value, by)))
}
