// Log in, give the second factor, re-authenticate, log out.

import { z } from 'zod'
import { authenticationOf, owesSecondFactor } from '../../auth/factors.ts'
import { confirmSchema, logInSchema, secondFactorSchema } from '../../auth/forms.ts'
import type { LoginClient } from '../../auth/lockout/lockout.ts'
import { type Actor, command, presentedBy } from '../../core/command.ts'
import { currentRequest } from '../../core/request-context.ts'
import { ok, refused } from '../../core/result.ts'
import type { Services } from '../../services.ts'
import type { AuthenticationMethod } from '../../stores/types.ts'
import { completeLogIn } from './complete.ts'

/** Nothing was compared, so there is nothing to record. */
const untried = ['busy', 'not_saved', 'person_gone', 'password_missing', 'code_missing', 'challenge_over']

export const logIn = command({
  name: 'log-in',
  permission: 'anyone',
  input: logInSchema,
  audit: 'session.started',
  async run(app, { username, password }, actor) {
    const { client, held } = presentedBy(actor)
    const onHeld = () => currentRequest()?.endTurn?.()
    const started = await app.auth.start({
      username,
      password,
      client,
      rememberedTokens: held.rememberedTokens,
      onHeld,
    })
    if (!started.ok) {
      // The account, never the typed text: users type passwords into the username field.
      const { userId, ...refusal } = started
      const isTried = !untried.includes(refusal.triedCode)
      return { ...refusal, isRecorded: isTried && 'try', ...(userId !== null && { subjectId: userId }) }
    }
    const step = started.value
    if (step.next === 'factor') {
      return { ...ok({ next: step.next, logInStep: await app.logInSteps.issue(step.user) }), isRecorded: false }
    }
    const completed = await completeLogIn(app, step.user, step.given, actor)
    if (completed.ok) return { ...completed, actorId: step.user.id }
    return { ...completed, isRecorded: 'try', subjectId: step.user.id }
  },
})

/** After the password, with a code of the app or a recovery code. Refusals do not tell whose log-in waits. */
export const giveSecondFactor = command({
  name: 'log-in.second-factor',
  permission: 'anyone',
  input: secondFactorSchema,
  audit: 'session.started',
  async run(app, { code, remember }, actor) {
    const { client, held } = presentedBy(actor)
    const user = await app.logInSteps.open(held.logInStep)
    if (user === null) return { ...refused('step_over'), isRecorded: false }
    const subjectId = user.id
    const checked = await app.twoFactor.check(user, code, client)
    if (!checked.ok) return { ...checked, isRecorded: !untried.includes(checked.code) && 'try', subjectId }
    const completed = await completeLogIn(app, user, ['password', checked.value.method], actor)
    if (!completed.ok) return { ...completed, isRecorded: 'try', subjectId }
    const rememberedToken = remember === undefined ? null : await app.rememberedBrowsers.remember(user, client.by)
    if (rememberedToken !== null) {
      const { address } = client.by
      await app.audit.record({ event: 'browser.remembered', actorId: subjectId, subjectId, address })
    }
    return { ...ok({ ...completed.value, rememberedToken }), actorId: subjectId }
  },
})

/** Asks for all factors that the user has. The session continues under a new token. */
export const confirmIdentity = command({
  name: 'session.confirm',
  permission: 'manage-own-account',
  isEnrolment: true,
  input: confirmSchema,
  audit: 'session.confirmed',
  async run(app, input, actor) {
    const { client, presented } = presentedBy(actor)
    const checked = await (input.response === undefined
      ? checkAll(app, actor.id, input, client)
      : checkPasskey(app, actor, input.response))
    if (!checked.ok) return { ...checked, isRecorded: !untried.includes(checked.code) && 'try' }
    const { user, given } = checked.value
    const renewed = presented && (await app.sessions.renew(presented, authenticationOf(user, given)))
    if (!renewed) return { ...refused('session_over'), isRecorded: false }
    await app.twoFactor.moveEnrolment(actor.session?.id ?? '', renewed.session.id)
    return ok(renewed)
  },
})

/** Both factors in one. */
async function checkPasskey({ passkeys }: Services, actor: Actor, response: string) {
  const { client, held } = presentedBy(actor)
  const by = { held: held.passkeyChallenge, client, ceremony: 'confirm', sessionId: actor.session?.id ?? '' } as const
  const checked = await passkeys.check(response, by)
  if (!checked.ok) return checked
  const user = checked.value
  return user.id === actor.id
    ? ok({ user, given: ['passkey'] satisfies AuthenticationMethod[] })
    : refused('challenge_over')
}

/** The password first: a code must not be used up beside a wrong password. */
async function checkAll(
  { accounts, twoFactor, settings }: Services,
  userId: string,
  { password, code }: z.output<typeof confirmSchema>,
  client: LoginClient,
) {
  if (password === undefined) return refused('password_missing')
  const checked = await accounts.checkPassword(userId, password, client)
  if (!checked.ok) return checked
  const user = checked.value
  const given: AuthenticationMethod[] = ['password']
  if (!owesSecondFactor(user, given, settings.requireTwoFactor)) return ok({ user, given })
  if (code === undefined) return refused('code_missing')
  const second = await twoFactor.check(user, code, client)
  return second.ok ? ok({ user, given: [...given, second.value.method] }) : second
}

export const logOut = command({
  name: 'log-out',
  permission: 'anyone',
  input: z.strictObject({}),
  audit: 'session.ended',
  async run({ sessions }, _input, { presented }) {
    if (!presented) return { ...ok(null), isRecorded: false }
    // Only for the audit entry: an unreadable store must not prevent the log-out.
    const found = await sessions.check(presented).catch(() => null)
    await sessions.end(presented, 'signed-out')
    return found?.live ? { ...ok(null), actorId: found.session.userId } : { ...ok(null), isRecorded: false }
  },
})

/** At the first step with any passkey of the site; at the second with one of the user who gave the password. */
export const logInWithPasskey = command({
  name: 'log-in.passkey',
  permission: 'anyone',
  input: z.object({ response: z.string(), next: z.string().optional() }),
  audit: 'session.started',
  async run(app, { response }, actor) {
    const { client, held } = presentedBy(actor)
    const step = held.logInStep === '' ? null : await app.logInSteps.open(held.logInStep)
    const by = { held: held.passkeyChallenge, client, ceremony: 'log-in', stepUserId: step?.id ?? null } as const
    const checked = await app.passkeys.check(response, by)
    if (!checked.ok) {
      const { userId, ...refusal } = checked
      return { ...refusal, isRecorded: 'try', ...(userId !== null && { subjectId: userId }) }
    }
    const user = checked.value
    const { id: userId } = user
    const admitted = await app.accounts.admit(userId)
    const completed = admitted.ok ? await completeLogIn(app, user, ['passkey'], actor) : admitted
    if (completed.ok) return { ...completed, actorId: userId }
    // A deleted account that is past its restoration: like one that never was.
    const refusal = completed.code === 'credentials_wrong' ? refused('passkey_unknown') : completed
    return { ...refusal, isRecorded: 'try', subjectId: userId }
  },
})
