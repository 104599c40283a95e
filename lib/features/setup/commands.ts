// Creates the first administrator from the link that the start prints.
import { signUpSchema } from '../../auth/forms.ts'
import { command, presentedBy } from '../../core/command.ts'
import { orNotSaved } from '../../core/not-saved.ts'
import { ok, refused } from '../../core/result.ts'

export const finishSetup = command({
  name: 'setup.finish',
  permission: 'anyone',
  input: signUpSchema({ passwordMinLength: 0, emailRequired: false }),
  inputFor: async ({ settings: { passwordMinLength } }) => signUpSchema({ passwordMinLength, emailRequired: false }),
  audit: 'session.started',
  async run({ setup, auth, audit, securityEvents }, { username, password }, actor) {
    const { client, presented } = presentedBy(actor)
    const made = await setup.finish(actor.secret ?? '', { username, password })
    if (!made.ok) {
      if (made.code === 'link_void') securityEvents.note({ event: 'link.refused', code: 'setup' })
      return { ...made, isRecorded: false }
    }
    const user = made.value
    await audit.record({ event: 'setup.finished', actorId: user.id, subjectId: user.id, address: client.by.address })
    const started = await orNotSaved(
      auth.finish(user, ['password'], { client, presented, isNewUser: true }).then((made) => ok(made)),
    )
    if (!started.ok) return { ...refused('signed_up_only'), isRecorded: false }
    return { ...ok({ token: started.value.token, user }), actorId: user.id }
  },
})
