// A visitor creates an account, with or without an invitation.
import type { NewAccount, SignUpFault, User } from '../../auth/accounts.ts'
import { signUpSchema, signUpWithPasskeySchema } from '../../auth/forms.ts'
import { type Actor, command, presentedBy } from '../../core/command.ts'
import { orNotSaved } from '../../core/not-saved.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { Services } from '../../services.ts'
import type { AuthenticationMethod } from '../../stores/types.ts'
import type { Invitation } from '../invitations/invitations.ts'

interface MadeAccount {
  user: User
  invitation: Invitation | null
}

const unrecorded = { isRecorded: false } as const

export const signUp = command({
  name: 'sign-up',
  permission: 'anyone',
  input: signUpSchema({ passwordMinLength: 0, emailRequired: false }),
  inputFor: async (app, { secret = '' }) =>
    signUpSchema({ ...app.settings, emailRequired: await requiresEmail(app, secret) }),
  audit: 'session.started',
  async run(app, { username, password, email }, actor) {
    const account = { username, password, email: email || null }
    const made = await withinLimits(app, actor, () => makeAccount(app, account, actor.secret ?? ''))
    return made.ok ? begin(app, made.value, ['password'], actor) : made
  },
})

/** The account has no password. Also returns its recovery codes, once. */
export const signUpWithPasskey = command({
  name: 'sign-up.passkey',
  permission: 'anyone',
  input: signUpWithPasskeySchema({ emailRequired: false }),
  inputFor: async (app, { secret = '' }) =>
    signUpWithPasskeySchema({ emailRequired: await requiresEmail(app, secret) }),
  audit: 'session.started',
  async run(app, { username, response, email }, actor) {
    const { passkeys } = app
    const { client, held } = presentedBy(actor)
    const made = await withinLimits(app, actor, async () => {
      const by = { held: held.passkeyChallenge, ceremony: 'sign-up', sessionId: null } as const
      const checked = await passkeys.checkNew(response, by)
      if (!checked.ok) return checked
      const prepared = await passkeys.prepareFirst(checked.value, client.by.userAgent)
      if (!prepared.ok) return prepared
      const { codes: recoveryCodes, ...first } = prepared.value
      const account = { username, email: email || null, password: null, first }
      const made = await orNotSaved(makeAccount(app, account, actor.secret ?? ''))
      if (made.ok) return ok({ ...made.value, recoveryCodes })
      // Best effort: the claim of an account that does not exist is removed later.
      await orNotSaved(passkeys.release(checked.value).then(() => ok(null)))
      return made
    })
    if (!made.ok) return made
    const begun = await begin(app, made.value, ['passkey'], actor)
    return begun.ok ? { ...begun, value: { ...begun.value, recoveryCodes: made.value.recoveryCodes } } : begun
  },
})

async function requiresEmail({ invitations, settings }: Services, secret: string): Promise<boolean> {
  // If the store is unavailable, the sign-up itself fails and the form shows that.
  const invitation = secret === '' ? null : await invitations.find(secret).catch(() => null)
  return settings.emailRequired && !invitation?.email
}

/** Counts the attempt, and the account if `make` makes one. */
async function withinLimits<Outcome extends Result<unknown, string>>(
  { rateLimits }: Services,
  actor: Actor,
  make: () => Promise<Outcome>,
) {
  const network = countedAddress(presentedBy(actor).client.by.address)
  const waitMs = (await rateLimits.take('sign-up-try', network)) || (await rateLimits.take('sign-up', network))
  if (waitMs > 0) return { ok: false, code: 'sign_up_too_often', waitMs, ...unrecorded } as const
  const made = await orNotSaved(make())
  if (made.ok) return made
  await rateLimits.giveBack('sign-up', network)
  return { ...made, ...unrecorded }
}

/** The first session of the new account. */
async function begin(
  { auth, addresses, audit }: Services,
  { user, invitation }: MadeAccount,
  given: readonly AuthenticationMethod[],
  actor: Actor,
) {
  const { client, presented } = presentedBy(actor)
  const own = { actorId: user.id, address: client.by.address }
  await audit.record({ ...own, event: 'account.signed_up', subjectId: user.id })
  if (invitation !== null) {
    const detail = { invitation: invitation.id.slice(0, 12), role: invitation.role }
    await audit.record({ ...own, event: 'invitation.used', subjectId: invitation.by, detail })
  }
  const started = await orNotSaved(
    auth.finish(user, given, { client, presented, isNewUser: true }).then((made) => ok(made)),
  )
  if (!started.ok) return { ...refused('signed_up_only'), ...unrecorded }
  const isUnproved = user.email !== null && user.emailVerifiedAt === null
  // On failure, the page that asks for the code can send another.
  if (isUnproved) await orNotSaved(addresses.sendCode(user.id, client.by))
  return { ...ok({ token: started.value.token, user, isUnproved }), actorId: user.id }
}

async function makeAccount(
  { accounts, invitations, settings, securityEvents }: Services,
  account: NewAccount,
  secret: string,
): Promise<
  | Result<MadeAccount, 'signup_closed' | 'signup_by_invitation' | 'invitation_void'>
  | ({ ok: false } & (SignUpFault | { code: 'link_void' }))
> {
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
