// A user changes their own password.
import { isPasswordTooLittle } from '../../auth/factors.ts'
import { changePasswordSchema } from '../../auth/forms.ts'
import { continueAlone } from '../../auth/sessions/continue-alone.ts'
import { command, presentedBy } from '../../core/command.ts'
import { ok, refused } from '../../core/result.ts'

const triedCodes = ['password_wrong', 'too_soon', 'too_soon_here', 'password_locked']

/** Voids every session of the old password; this one continues under a new token. */
export const changePassword = command({
  name: 'password.change',
  permission: 'change-account',
  input: changePasswordSchema(0),
  inputFor: async ({ settings }) => changePasswordSchema(settings.passwordMinLength),
  audit: 'password.changed',
  async run({ accounts, sessions }, { currentPassword: current = null, password }, actor) {
    const { client } = presentedBy(actor)
    const owner = await accounts.findActive(actor.id)
    if (owner === null) return { ...refused('person_gone'), isRecorded: false }
    const isProofNeeded = isPasswordTooLittle(owner.factors)
    if (isProofNeeded && (actor.session === null || !sessions.hasRecentAuthentication(actor.session))) {
      return { ...refused('reauthentication_required'), isRecorded: false }
    }
    if (owner.factors.hasPassword && current === null)
      return { ...refused('current_password_missing'), isRecorded: false }
    const changed = await accounts.changePassword(actor.id, { current, password }, client)
    if (!changed.ok) return { ...changed, isRecorded: triedCodes.includes(changed.code) ? 'try' : false }
    const user = changed.value
    const given = actor.session?.authentications ?? ['password']
    const proved = isProofNeeded ? {} : { proved: given }
    const token = await continueAlone(sessions, user, actor, { reason: 'password-changed', ...proved })
    return { ...ok({ user, token }), alert: { user, kind: 'password-changed' } as const }
  },
})
