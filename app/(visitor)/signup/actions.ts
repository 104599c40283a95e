'use server'

import { redirect } from 'next/navigation'
import type { NewAccount, SignUpFault, User } from '#lib/auth/accounts.ts'
import { signUpSchema } from '#lib/auth/forms.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { ok, refused } from '#lib/core/result.ts'
import { services } from '#lib/services.ts'
import { beginSession } from '#lib/web/begin-session.ts'
import { afterLogIn, isScriptWithoutCookies } from '#lib/web/cookie-check.ts'
import { readVisitorForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { forgetMailedSecret, readMailedSecret } from '#lib/web/mailed-secret.ts'
import { safeNextPath } from '#lib/web/next-path.ts'
import { orNotSaved } from '#lib/web/not-saved.ts'
import { record, recordOwn } from '#lib/web/record.ts'
import { readRequestInfo } from '#lib/web/request-info.ts'

export async function signUp(_previous: FormState, posted: FormData): Promise<FormState> {
  const { addresses, settings, invitations, rateLimits } = await services()
  const token = (await readMailedSecret('/signup')) ?? ''
  // Should the store be away, the sign-up itself says so, beside the form.
  const found = token === '' ? ok(null) : await orNotSaved(invitations.find(token).then((one) => ok(one)))
  const invitation = found.ok ? found.value : null
  const emailRequired = settings.emailRequired && !invitation?.email
  const form = await readVisitorForm(posted, signUpSchema({ ...settings, emailRequired }), '/signup')
  if (!form.ok) return form.state
  const { username, password, next } = form.value
  const account = { username, password, email: form.value.email || null }
  if (await isScriptWithoutCookies()) return form.refuse({ code: 'cookies_off' })

  const network = countedAddress((await readRequestInfo()).address)
  const waitMs = (await rateLimits.take('sign-up-try', network)) || (await rateLimits.take('sign-up', network))
  if (waitMs > 0) return form.refuse({ code: 'sign_up_too_often', waitMs })
  const signedUp = await orNotSaved(invitation === null ? signUpUninvited(account) : signUpInvited(token, account))
  if (!signedUp.ok) {
    await rateLimits.giveBack('sign-up', network)
    return form.refuse(signedUp)
  }

  const { id, email, emailVerifiedAt } = signedUp.value
  const begun = await beginSession(signedUp.value, { isNewPerson: true })
  if (!begun.ok) return form.refuse({ code: 'signed_up_only' })
  if (email === null || emailVerifiedAt !== null) redirect(await afterLogIn(safeNextPath(next) ?? '/'))
  // Should the code not go out, the page that asks for it can send another.
  await orNotSaved(addresses.resend(id, await readRequestInfo()))
  redirect(await afterLogIn('/verify-email'))
}

type Fault = SignUpFault | { code: 'signup_closed' | 'signup_by_invitation' | 'invitation_void' }
type Outcome = { ok: true; value: User } | ({ ok: false } & Fault)

async function signUpUninvited(account: NewAccount): Promise<Outcome> {
  const { accounts, settings } = await services()
  if (settings.signUp !== 'open')
    return refused(settings.signUp === 'closed' ? 'signup_closed' : 'signup_by_invitation')
  const signedUp = await accounts.signUp(account)
  if (signedUp.ok) await recordOwn('account.signed_up', signedUp.value.id)
  return signedUp
}

async function signUpInvited(token: string, account: NewAccount): Promise<Outcome> {
  const { invitations, settings, securityEvents } = await services()
  const accepted = await invitations.accept(token, account)
  if (!accepted.ok && accepted.code === 'link_void') {
    securityEvents.note({ event: 'link.refused', code: 'invitation' })
    return refused('invitation_void')
  }
  if (!accepted.ok) return accepted
  const { user, invitation } = accepted.value
  await forgetMailedSecret('/signup', settings.appOrigin)
  await recordOwn('account.signed_up', user.id)
  const detail = { invitation: invitation.id.slice(0, 12), role: invitation.role }
  await record({ event: 'invitation.used', actorId: user.id, subjectId: invitation.by, detail })
  return ok(user)
}
