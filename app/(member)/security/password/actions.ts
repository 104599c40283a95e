'use server'

import { redirect } from 'next/navigation'
import { changePasswordSchema } from '#lib/auth/forms.ts'
import { ok } from '#lib/core/result.ts'
import { services } from '#lib/services.ts'
import { renewSession } from '#lib/web/begin-session.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { recogniseDevice } from '#lib/web/known-device.ts'
import { readLoginClient } from '#lib/web/login-client.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { isRefusedTry, recordOwn, recordTry } from '#lib/web/record.ts'
import { readRequestInfo } from '#lib/web/request-info.ts'

export async function changePassword(_previous: FormState, posted: FormData): Promise<FormState> {
  const { user, session } = await requirePermission('change-account', '/security/password')
  const app = await services()
  const { accounts, sessions, alerts, settings } = app
  const form = await readForm(posted, changePasswordSchema(settings.passwordMinLength), session)
  if (!form.ok) return form.state
  const { currentPassword, password } = form.value

  const changed = await orNotSaved(
    accounts.changePassword(user.id, { current: currentPassword, password }, await readLoginClient()),
  )
  if (!changed.ok) {
    if (changed.code === 'person_gone') redirect('/login?reason=ended')
    const { code } = changed
    if (isRefusedTry(code)) await recordTry('password.changed', { actorId: user.id, subjectId: user.id, code })
    return form.refuse(code === 'password_wrong' ? { code: 'current_password_wrong' } : changed)
  }

  await recordOwn('password.changed', user.id)
  const changedUser = await accounts.findActive(user.id)
  // This browser stays known; all others, including an attacker's, become unknown.
  if (changedUser !== null) await recogniseDevice(changedUser, app)
  // End the others first: if the renewal fails, no attacker's session must survive the new password.
  const ended = await orNotSaved(sessions.endOthers(user.id, session.id, 'password-changed').then((count) => ok(count)))
  const renewed = await orNotSaved(renewSession())
  await alerts.tell(user, 'password-changed', await readRequestInfo())
  const isPartly = !ended.ok || (!renewed.ok && renewed.code === 'not_saved')
  if (isPartly) return form.refuse({ code: 'password_changed_only' })
  // If this session has ended meanwhile, the log-in page says why.
  redirect('/security?changed=1')
}
