// A user turns the authenticator app on and off, makes new recovery codes, and forgets remembered browsers.
import { z } from 'zod'
import { codeSchema } from '../../auth/forms.ts'
import { actingUser } from '../../auth/sessions/acting-user.ts'
import { continueAlone } from '../../auth/sessions/continue-alone.ts'
import { command } from '../../core/command.ts'
import { idInput } from '../../core/input.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'
import { ok, refused } from '../../core/result.ts'

const own = { permission: 'manage-own-account', reauthenticate: ownReauthenticationMs } as const
const nothing = z.strictObject({})

/** Voids every other session, since those logged in without the app. */
export const turnOn = command({
  ...own,
  name: 'two-factor.turn-on',
  isEnrolment: true,
  input: z.strictObject({ code: codeSchema }),
  audit: 'two_factor.turned_on',
  async run(app, { code }, actor) {
    const { twoFactor, sessions } = app
    const user = await actingUser(app, actor)
    if (user === null || actor.session === null) return { ...refused('person_gone'), isRecorded: false }
    const on = await twoFactor.turnOn(user, actor.session.id, code)
    if (!on.ok) return { ...on, isRecorded: false }
    const { recoveryCodes } = on.value
    // The code is a proof of the app, beside what the session has.
    const proved = [...new Set([...actor.session.authentications, 'totp' as const])]
    const token = await continueAlone(sessions, on.value.user, actor, { reason: 'ended', proved })
    return { ...ok({ user, token, recoveryCodes }), alert: { user, kind: 'two-factor-on' } as const }
  },
})

export const turnOff = command({
  ...own,
  name: 'two-factor.turn-off',
  input: nothing,
  audit: 'two_factor.turned_off',
  async run(app, _input, actor) {
    const { twoFactor, sessions } = app
    const user = await actingUser(app, actor)
    if (user === null) return { ...refused('person_gone'), isRecorded: false }
    const off = await twoFactor.turnOff(user)
    if (!off.ok) return { ...off, isRecorded: false }
    const token = await continueAlone(sessions, off.value, actor, { reason: 'ended' })
    return { ...ok({ user, token }), alert: { user, kind: 'two-factor-off' } as const }
  },
})

export const renewRecoveryCodes = command({
  ...own,
  name: 'two-factor.new-recovery-codes',
  input: nothing,
  audit: 'two_factor.codes_renewed',
  async run(app, _input, actor) {
    const { twoFactor, sessions } = app
    const user = await actingUser(app, actor)
    if (user === null) return { ...refused('person_gone'), isRecorded: false }
    const renewed = await twoFactor.renewRecoveryCodes(user)
    if (!renewed.ok) return { ...renewed, isRecorded: false }
    const token = await continueAlone(sessions, renewed.value.user, actor, { reason: 'ended' })
    const { recoveryCodes } = renewed.value
    return { ...ok({ user, token, recoveryCodes }), alert: { user, kind: 'recovery-codes-new' } as const }
  },
})

export const forgetBrowser = command({
  ...own,
  name: 'browsers.forget',
  input: idInput,
  audit: 'browser.forgotten',
  async run({ rememberedBrowsers }, { id }, actor) {
    const isForgotten = await rememberedBrowsers.forget(actor.id, id)
    return isForgotten ? ok(true) : { ...ok(false), isRecorded: false }
  },
})

export const forgetBrowsers = command({
  ...own,
  name: 'browsers.forget-all',
  input: nothing,
  audit: 'browser.forgotten',
  async run({ rememberedBrowsers }, _input, actor) {
    await rememberedBrowsers.forgetAll(actor.id)
    return ok(null)
  },
})
