// A user changes their own password.
import { authenticationOf } from '../../auth/factors.ts'
import { changePasswordSchema } from '../../auth/forms.ts'
import { command, presentedBy } from '../../core/command.ts'
import { logError } from '../../core/log/log.ts'
import { ok } from '../../core/result.ts'

const triedCodes = ['password_wrong', 'too_soon', 'too_soon_here', 'password_locked']

/** Voids every session of the old password; this one continues under a new token. */
export const changePassword = command({
  name: 'password.change',
  permission: 'change-account',
  input: changePasswordSchema(0),
  inputFor: async ({ settings }) => changePasswordSchema(settings.passwordMinLength),
  audit: 'password.changed',
  async run({ accounts, sessions }, { currentPassword: current, password }, actor) {
    const { client, presented } = presentedBy(actor)
    const changed = await accounts.changePassword(actor.id, { current, password }, client)
    if (!changed.ok) return { ...changed, isRecorded: triedCodes.includes(changed.code) ? 'try' : false }
    const user = changed.value
    const alert = { user, kind: 'password-changed' } as const
    try {
      await sessions.endOthers(user.id, actor.session?.id ?? '', 'password-changed')
      const given = actor.session?.authentications ?? ['password']
      const renewed = presented && (await sessions.renew(presented, authenticationOf(user, given)))
      return { ...ok({ user, token: renewed ? renewed.token : null }), alert }
    } catch (error) {
      // All sessions of the old password are void. The log-in page tells this browser.
      logError('sessions_not_ended', error)
      return { ...ok({ user, token: null }), alert }
    }
  },
})
