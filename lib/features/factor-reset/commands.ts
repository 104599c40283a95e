// The removal of all second factors: started by an administrator, stopped by the user, done at once by the operator.
import { z } from 'zod'
import { command } from '../../core/command.ts'
import { idInput } from '../../core/input.ts'
import { adminReauthenticationMs } from '../../core/lifetimes.ts'
import { ok, refused } from '../../core/result.ts'

const subject = ({ id }: { id: string }) => id

export const startFactorReset = command({
  name: 'users.start-factor-reset',
  permission: 'change-people',
  reauthenticate: adminReauthenticationMs,
  subject,
  input: idInput,
  audit: 'two_factor.reset_started',
  run: ({ factorResets }, { id }, actor) => factorResets.start(id, actor.id),
})

export const resetTwoFactor = command({
  name: 'users.reset-two-factor',
  permission: 'operator',
  subject,
  input: idInput,
  audit: 'two_factor.reset',
  async run({ factorResets, userAdmin }, { id }) {
    const reset = await factorResets.resetNow(id)
    if (!reset.ok) return reset
    const user = await userAdmin.find(id)
    return user === null ? refused('person_gone') : ok(user)
  },
})

/** By the mailed link, without a log-in: the user may be locked out. */
export const stopFactorResetByLink = command({
  name: 'two-factor.cancel-reset',
  permission: 'anyone',
  input: z.strictObject({}),
  audit: 'two_factor.reset_cancelled',
  async run({ factorResets, securityEvents }, _input, { secret = '' }) {
    const stopped = await factorResets.stopByLink(secret)
    if (stopped.ok) return { ...ok(null), actorId: stopped.value.userId }
    securityEvents.note({ event: 'link.refused', code: 'keep_second_factor' })
    return { ...stopped, isRecorded: false }
  },
})

export const stopFactorReset = command({
  name: 'two-factor.stop-reset',
  permission: 'manage-own-account',
  input: z.strictObject({}),
  audit: 'two_factor.reset_cancelled',
  async run({ factorResets }, _input, { id }) {
    const stopped = await factorResets.stop(id)
    return stopped.ok ? stopped : { ...stopped, isRecorded: false }
  },
})
