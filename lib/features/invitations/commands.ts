// Links for signing up with a role.

import { z } from 'zod'
import { command } from '../../core/command.ts'
import { emailOrNothingSchema } from '../../core/email-address.ts'
import { idInput, role } from '../../core/input.ts'
import { adminReauthenticationMs } from '../../core/lifetimes.ts'
import { readerOf } from '../../core/mail/message.ts'
import { ok, refused } from '../../core/result.ts'

const inviting = { permission: 'invite', reauthenticate: adminReauthenticationMs, subject: () => null } as const

/** Enough of an id to tell one invitation from the others. */
const shortId = (id: string) => id.slice(0, 12)

export const createInvitation = command({
  ...inviting,
  name: 'invitations.create',
  /** Without an address, the link is handed over. */
  input: z.strictObject({ role, email: emailOrNothingSchema }),
  audit: 'invitation.made',
  async run({ accounts, invitations, mail }, { role, email }, { id, by }) {
    const to = email === '' ? null : email
    const { token, invitation } = await invitations.make({ role, email: to, by: id })
    // The recipient has no account yet, so the mail takes the language of the administrator.
    if (to !== null) {
      const giver = await accounts.findActive(id)
      const inviter = giver === null ? {} : { inviter: giver.profile.fullName || giver.username }
      await mail.post({ kind: 'invitation', to, username: '', token, role, ...inviter, by, reader: readerOf(by) })
    }
    const detail = { role, invitation: shortId(invitation.id), by: to === null ? 'hand' : 'mail' }
    return { ...ok({ id: invitation.id, token: to === null ? token : null }), detail }
  },
})

export const withdrawInvitation = command({
  ...inviting,
  name: 'invitations.withdraw',
  input: idInput,
  audit: 'invitation.withdrawn',
  async run({ invitations }, { id }) {
    const detail = { invitation: shortId(id) }
    return { ...((await invitations.withdraw(id)) ? ok(null) : refused('invitation_void')), detail }
  },
})
