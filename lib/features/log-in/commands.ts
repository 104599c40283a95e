// Log in, re-authenticate, log out.

import { z } from 'zod'
import { confirmSchema, logInSchema } from '../../auth/forms.ts'
import { command, presentedBy } from '../../core/command.ts'
import { currentRequest } from '../../core/request-context.ts'
import { ok, refused } from '../../core/result.ts'

export const logIn = command({
  name: 'log-in',
  permission: 'anyone',
  input: logInSchema,
  audit: 'session.started',
  async run({ auth, audit, alerts }, { username, password }, actor) {
    const { client, presented } = presentedBy(actor)
    const onHeld = () => currentRequest()?.endTurn?.()
    const started = await auth.start({ username, password, client, onHeld })
    if (!started.ok) {
      // The account, never the typed text: users type passwords into the username field.
      const { userId, ...refusal } = started
      const isTried = refusal.triedCode !== 'busy' && refusal.triedCode !== 'not_saved'
      return { ...refusal, isRecorded: isTried && 'try', ...(userId !== null && { subjectId: userId }) }
    }
    const { user, isRestored } = started.value
    if (isRestored) {
      await audit.record({
        event: 'account.restored',
        actorId: user.id,
        subjectId: user.id,
        address: client.by.address,
      })
      // Before the session, which may fail: the next log-in restores nothing.
      await alerts.tell(user, 'account-restored', client.by)
    }
    const { token } = await auth.finish(user, { client, presented })
    return { ...ok({ token, user, isRestored }), actorId: user.id }
  },
})

/** The session continues under a new token. */
export const confirmIdentity = command({
  name: 'session.confirm',
  permission: 'manage-own-account',
  input: confirmSchema,
  audit: 'session.confirmed',
  async run({ accounts, sessions }, { password }, actor) {
    const { client, presented } = presentedBy(actor)
    const checked = await accounts.checkPassword(actor.id, password, client)
    if (!checked.ok) return { ...checked, isRecorded: !['busy', 'person_gone'].includes(checked.code) && 'try' }
    const renewed = presented && (await sessions.renew(presented, checked.value.passwordChangedAt))
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
