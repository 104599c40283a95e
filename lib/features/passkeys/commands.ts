// A user adds, names and removes passkeys. Logging in and signing up with one are commands of those features.
import { z } from 'zod'
import { actingUser } from '../../auth/sessions/acting-user.ts'
import { continueAlone } from '../../auth/sessions/continue-alone.ts'
import { command, presentedBy } from '../../core/command.ts'
import { id } from '../../core/input.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'
import { ok, refused } from '../../core/result.ts'
import { trimTyped, unwanted } from '../../core/typed-text.ts'

const nameMax = 60
const name = z
  .string()
  .transform(trimTyped)
  .refine((text) => !unwanted.test(text), 'passkey_name_characters')
  .refine((text) => [...text].length <= nameMax, { message: 'passkey_name_long', params: { max: nameMax } })

export const addPasskey = command({
  name: 'passkeys.add',
  permission: 'manage-own-account',
  reauthenticate: ownReauthenticationMs,
  isEnrolment: true,
  input: z.strictObject({
    response: z.string(),
    name: name.optional(),
    /** The browser made the passkey after a log-in with the password, without a question. */
    automatic: z.string().optional(),
  }),
  audit: 'passkey.added',
  async run(app, { response, name = '', automatic = '' }, actor) {
    const { client, held } = presentedBy(actor)
    const isAutomatic = automatic !== ''
    const { session } = actor
    if (session === null) return refused('challenge_over')
    const ceremony = isAutomatic ? 'upgrade' : 'add'
    const by = { held: held.passkeyChallenge, ceremony, sessionId: session.id } as const
    const checked = await app.passkeys.checkNew(response, by)
    if (!checked.ok) return checked
    if (checked.value.userId !== actor.id) return refused('challenge_over')
    const owner = await actingUser(app, actor)
    if (owner === null) return { ...refused('person_gone'), isRecorded: false }
    const { userAgent } = client.by
    const added = await app.passkeys.add(owner, checked.value, { name, userAgent, isAutomatic })
    if (!added.ok) return added
    const { user, recoveryCodes } = added.value
    const alert = { user, kind: 'passkey-added' } as const
    if (isAutomatic) return { ...ok({ user, token: null, recoveryCodes }), detail: { automatic: 1 }, alert }
    const proved = [...new Set([...session.authentications, 'passkey' as const])]
    const token = await continueAlone(app.sessions, user, actor, { reason: 'ended', proved })
    return { ...ok({ user, token, recoveryCodes }), alert }
  },
})

export const renamePasskey = command({
  name: 'passkeys.rename',
  permission: 'manage-own-account',
  reauthenticate: ownReauthenticationMs,
  input: z.strictObject({ id, name: name.pipe(z.string().min(1, 'passkey_name_missing')) }),
  audit: 'passkey.renamed',
  run: ({ passkeys }, { id, name }, actor) => passkeys.rename(actor.id, id, name),
})

export const removePasskey = command({
  name: 'passkeys.remove',
  permission: 'manage-own-account',
  reauthenticate: ownReauthenticationMs,
  input: z.strictObject({ id }),
  audit: 'passkey.removed',
  async run(app, { id }, actor) {
    const owner = await actingUser(app, actor)
    if (owner === null) return { ...refused('person_gone'), isRecorded: false }
    const removed = await app.passkeys.remove(owner, id)
    if (!removed.ok) return removed
    const user = removed.value
    const token = await continueAlone(app.sessions, user, actor, { reason: 'ended' })
    return { ...ok({ token }), alert: { user, kind: 'passkey-removed' } as const }
  },
})
