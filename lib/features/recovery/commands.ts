// A forgotten password, and "this was not me".
import { z } from 'zod'
import { forgotSchema, resetSchema } from '../../auth/forms.ts'
import { command } from '../../core/command.ts'
import { logError } from '../../core/log/log.ts'
import { countedAddress } from '../../core/rate-limits/counted-address.ts'
import { ok } from '../../core/result.ts'

/**
 * Responds before it looks the account up, so neither text nor time of the response reveal whether it exists. The caller
 * runs `later` after the response; it never rejects.
 */
export const askForReset = command({
  name: 'password.ask-reset',
  permission: 'anyone',
  input: forgotSchema,
  audit: 'password.reset_asked',
  async run({ recovery, audit, rateLimits }, { email: name }, { by }) {
    const waitMs = await rateLimits.take('reset-ask', countedAddress(by.address))
    if (waitMs > 0) return { ok: false, code: 'ask_too_often', waitMs, isRecorded: false }
    const waitForNameMs = await recovery.waitToAsk(name, by)
    if (waitForNameMs > 0) return { ok: false, code: 'reset_mail_too_often', waitMs: waitForNameMs, isRecorded: false }
    const later = async () => {
      try {
        const subjectId = await recovery.ask(name, by)
        await audit.record({ event: 'password.reset_asked', actorId: null, subjectId, address: by.address })
      } catch (error) {
        logError('reset_not_sent', error)
      }
    }
    return { ...ok({ later }), isRecorded: false }
  },
})

export const resetPassword = command({
  name: 'password.reset',
  permission: 'anyone',
  input: resetSchema(0),
  inputFor: async ({ settings }) => resetSchema(settings.passwordMinLength),
  audit: 'password.reset',
  async run({ recovery, accounts, securityEvents }, { password }, { secret = '', by }) {
    const reset = await recovery.reset(secret, password, by)
    if (reset.ok) {
      // To recognise the browser alone: the password is set, whether or not the user can be read.
      const user = await accounts.findActive(reset.value).catch(() => null)
      return { ...ok(user), actorId: reset.value }
    }
    if (reset.code === 'link_void') securityEvents.note({ event: 'link.refused', code: 'reset' })
    return { ...reset, isRecorded: false }
  },
})

export const reportCompromise = command({
  name: 'account.report-compromise',
  permission: 'anyone',
  input: z.object({}),
  audit: 'account.disowned',
  async run({ recovery, securityEvents }, _input, { secret = '', by }) {
    const reported = await recovery.reportCompromise(secret, by)
    if (reported.ok) {
      const { userId, isMailed, removedFactors } = reported.value
      return { ...ok({ isMailed }), actorId: userId, ...(removedFactors && { detail: { secondFactors: 'removed' } }) }
    }
    securityEvents.note({ event: 'link.refused', code: 'not_me' })
    return { ...reported, isRecorded: false }
  },
})
