// A user's own e-mail address: added, verified by a code, removed.

import { z } from 'zod'
import { addEmailSchema, verifySchema } from '../../auth/forms.ts'
import { command } from '../../core/command.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'

const own = { permission: 'change-account' } as const
const withReauthentication = { ...own, reauthenticate: ownReauthenticationMs } as const

export const addEmail = command({
  ...withReauthentication,
  name: 'email.add',
  input: addEmailSchema,
  audit: 'address.given',
  run: ({ addresses }, { email }, { id, by }) => addresses.add(id, email, by),
})

export const removeEmail = command({
  ...withReauthentication,
  name: 'email.remove',
  input: z.strictObject({}),
  audit: 'address.removed',
  run: ({ addresses }, _input, { id, by }) => addresses.remove(id, by),
})

export const verifyEmail = command({
  ...own,
  name: 'email.verify',
  input: verifySchema,
  audit: 'address.verified',
  run: ({ addresses }, { code }, { id, by }) => addresses.verify(id, code, by),
})

export const sendCode = command({
  ...own,
  name: 'email.send-code',
  input: z.strictObject({}),
  audit: 'address.code_sent',
  run: ({ addresses }, _input, { id, by }) => addresses.sendCode(id, by),
})
