'use server'

import { redirect } from 'next/navigation'
import { logInSchema } from '#lib/auth/forms.ts'
import { currentRequest } from '#lib/core/request-context.ts'
import { ok } from '#lib/core/result.ts'
import { services } from '#lib/services.ts'
import { beginSession } from '#lib/web/begin-session.ts'
import { afterLogIn, isScriptWithoutCookies } from '#lib/web/cookie-check.ts'
import { readVisitorForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { readLoginClient } from '#lib/web/login-client.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { readPreferences } from '#lib/web/preferences.ts'
import { recordOwn, recordTry } from '#lib/web/record.ts'
import { readRequestInfo } from '#lib/web/request-info.ts'
import { getWords } from '#lib/web/words.ts'
import { fullTime } from '#lib/words/time.ts'

export async function logIn(_previous: FormState, posted: FormData): Promise<FormState> {
  const form = await readVisitorForm(posted, logInSchema)
  if (!form.ok) return form.state
  const { username, password, next } = form.value
  const { accounts, alerts, pace } = await services()
  if (await isScriptWithoutCookies()) return form.refuse({ code: 'cookies_off' })

  const attempter = await readLoginClient()
  const { address } = attempter.by
  const findKnown = async () => {
    const found = await orNotSaved(accounts.findKnown(username, attempter).then((id) => ok(id)))
    return found.ok ? found.value : null
  }
  const asked = { name: username, password, address, findKnown }
  const check = async () => {
    const checked = await orNotSaved(accounts.checkCredentials(username, password, attempter))
    if (!checked.ok && checked.code !== 'busy' && checked.code !== 'not_saved') {
      await recordRefusal(username, checked.code)
    }
    return checked
  }
  const known = await pace.hold(asked, check, () => currentRequest()?.endTurn?.())
  if (!known.ok) {
    return form.refuse('until' in known ? await suspendedUntil(known.until) : known)
  }

  const user = known.value
  // Whoever deleted the account and logs in again keeps it.
  const isBack = user.deletedAt !== null
  if (isBack) {
    const restored = await orNotSaved(accounts.restore(user.id).then((is) => ok(is)))
    if (!restored.ok) return form.refuse(restored)
    if (!restored.value) return form.refuse({ code: 'credentials_wrong' })
    await recordOwn('account.restored', user.id)
    await alerts.tell(user, 'account-restored', await readRequestInfo())
  }
  const begun = await beginSession(user)
  if (!begun.ok) return form.refuse({ code: begun.code === 'person_gone' ? 'credentials_wrong' : begun.code })
  redirect(await afterLogIn(isBack ? '/?restored=1' : (safeNextPath(next) ?? '/')))
}

/** Whose name was tried, when somebody has it; never what was typed, which may be a password in the wrong field. */
async function recordRefusal(username: string, code: string): Promise<void> {
  const { accounts } = await services()
  await recordTry('session.started', { actorId: null, subjectId: await accounts.findId(username), code })
}

async function suspendedUntil(until: number | null) {
  if (until === null) return { code: 'suspended' }
  const { timeZone } = await readPreferences()
  return { code: 'suspended_until', when: fullTime(await getWords(), until, timeZone) }
}
