// Log in, re-authenticate, log out.

import { z } from 'zod'
import { authenticationOf } from '../../auth/factors.ts'
import { confirmSchema, logInSchema } from '../../auth/forms.ts'
import { command, presentedBy } from '../../core/command.ts'
import { currentRequest } from '../../core/request-context.ts'
import { ok, refused } from '../../core/result.ts'
import { completeLogIn } from './complete.ts'

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
      const isTried = refusal.triedCode !== 'busy' && refusal.triedCode !== 'not_saved'
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

/** The session continues under a new token. */
export const confirmIdentity = command({
  name: 'session.confirm',
  permission: 'manage-own-account',
  isEnrolment: true,
  input: confirmSchema,
  audit: 'session.confirmed',
  async run({ accounts, sessions }, { password }, actor) {
    const { client, presented } = presentedBy(actor)
    const checked = await accounts.checkPassword(actor.id, password, client)
    if (!checked.ok) return { ...checked, isRecorded: !['busy', 'person_gone'].includes(checked.code) && 'try' }
    const renewed = presented && (await sessions.renew(presented, authenticationOf(checked.value, ['password'])))
    return renewed ? ok(renewed) : { ...refused('session_over'), isRecorded: false }
  },
})

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
    const { userId } = checked.value
    const admitted = await app.accounts.admit(userId)
    const completed = admitted.ok ? await completeLogIn(app, admitted.value, ['passkey'], actor) : admitted
    if (completed.ok) return { ...completed, actorId: userId }
    // A deleted account that is past its restoration: like one that never was.
    const refusal = completed.code === 'credentials_wrong' ? refused('passkey_unknown') : completed
    return { ...refusal, isRecorded: 'try', subjectId: userId }
  },
})
