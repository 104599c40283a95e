// A visitor creates an account, with or without an invitation.
import type { NewAccount } from '../../auth/accounts.ts'
import { signUpSchema } from '../../auth/forms.ts'
import { command, presentedBy } from '../../core/command.ts'
import { orNotSaved } from '../../core/not-saved.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import { ok, refused } from '../../core/result.ts'
import type { Services } from '../../services.ts'

const unrecorded = { isRecorded: false } as const

export const signUp = command({
  name: 'sign-up',
  permission: 'anyone',
  input: signUpSchema({ passwordMinLength: 0, emailRequired: false }),
  async inputFor({ invitations, settings }, { secret = '' }) {
    // If the store is unavailable, the sign-up itself fails and the form shows that.
    const invitation = secret === '' ? null : await invitations.find(secret).catch(() => null)
    return signUpSchema({ ...settings, emailRequired: settings.emailRequired && !invitation?.email })
  },
  audit: 'session.started',
  async run(app, { username, password, email }, actor) {
    const { auth, addresses, rateLimits, audit } = app
    const { client, presented } = presentedBy(actor)
    const network = countedAddress(client.by.address)
    const waitMs = (await rateLimits.take('sign-up-try', network)) || (await rateLimits.take('sign-up', network))
    if (waitMs > 0) return { ok: false, code: 'sign_up_too_often', waitMs, ...unrecorded }
    const made = await orNotSaved(makeAccount(app, { username, password, email: email || null }, actor.secret ?? ''))
    if (!made.ok) {
      await rateLimits.giveBack('sign-up', network)
      return { ...made, ...unrecorded }
    }
    const { user, invitation } = made.value
    const own = { actorId: user.id, address: client.by.address }
    await audit.record({ ...own, event: 'account.signed_up', subjectId: user.id })
    if (invitation !== null) {
      const detail = { invitation: invitation.id.slice(0, 12), role: invitation.role }
      await audit.record({ ...own, event: 'invitation.used', subjectId: invitation.by, detail })
    }
    const started = await orNotSaved(
      auth.finish(user, ['password'], { client, presented, isNewUser: true }).then((made) => ok(made)),
    )
    if (!started.ok) return { ...refused('signed_up_only'), ...unrecorded }
    const isUnproved = user.email !== null && user.emailVerifiedAt === null
    // On failure, the page that asks for the code can send another.
    if (isUnproved) await orNotSaved(addresses.sendCode(user.id, client.by))
    return { ...ok({ token: started.value.token, user, isUnproved }), actorId: user.id }
  },
})

async function makeAccount(
  { accounts, invitations, settings, securityEvents }: Services,
  account: NewAccount,
  secret: string,
) {
  const invitation = secret === '' ? null : await invitations.find(secret)
  if (invitation === null) {
    if (settings.signUp === 'closed') return refused('signup_closed')
    if (settings.signUp === 'invitation') return refused('signup_by_invitation')
    const made = await accounts.signUp(account)
    return made.ok ? ok({ user: made.value, invitation: null }) : made
  }
  const accepted = await invitations.accept(secret, account)
  if (accepted.ok || accepted.code !== 'link_void') return accepted
  securityEvents.note({ event: 'link.refused', code: 'invitation' })
  return refused('invitation_void')
}
