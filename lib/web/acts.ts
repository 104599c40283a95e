// What each act that asks for a recent proof does, and the page that it leads to: one table for those carried out at
// once and those that waited for the password.
import 'server-only'
import type { Act, ActFields, ActName } from '#lib/interrupted-acts/interrupted-acts.ts'
import { type Services, services } from '#lib/services.ts'
import { readCircumstances } from './circumstances.ts'
import { isStoreUnavailable } from './not-saved.ts'

interface Doer {
  userId: string
  sessionId: string
}

type Table = { [Name in ActName]: (app: Services, by: Doer, fields: ActFields<Name>) => Promise<string> }

const acts: Table = {
  'end-session': async ({ sessions }, { userId }, { id }) =>
    (await sessions.endOne(userId, id)) ? '/security?ended=1' : '/security?ended=already',

  'end-other-sessions': async ({ sessions }, { userId, sessionId }) => {
    await sessions.endOthers(userId, sessionId, 'ended')
    return '/security?ended=others'
  },

  'give-address': async ({ addresses }, { userId }, { email }) => {
    const given = await addresses.give(userId, email, await readCircumstances())
    return given.ok ? '/verify-email' : `/security/email?refused=${given.code}`
  },

  'remove-address': async ({ addresses }, { userId }) => {
    await addresses.remove(userId, await readCircumstances())
    return '/security?address=removed'
  },

  'change-username': async ({ accounts }, { userId }, { username }) => {
    const renamed = await accounts.rename(userId, username)
    return renamed.ok ? '/security?username=changed' : `/security/username?refused=${renamed.code}`
  },

  'delete-account': async ({ accounts, sessions, notices }, { userId }) => {
    const deleted = await accounts.delete(userId)
    if (!deleted.ok) return `/security/delete?refused=${deleted.code}`
    await sessions.endOthers(userId, '', 'ended')
    await notices.tell(deleted.value, 'account-deleted', await readCircumstances())
    return '/login?deleted=1'
  },
}

/** Returns where the person goes on. Throws what the store throws. */
export async function carryOut<Name extends ActName>({ name, fields }: Act<Name>, by: Doer): Promise<string> {
  const act: Table[Name] = acts[name]
  return act(await services(), by, fields)
}

/** A page, not a sentence beside the form: a store that could not record an end may show the form no more. */
export async function orUnsavedPath(leadsTo: Promise<string>): Promise<string> {
  try {
    return await leadsTo
  } catch (error) {
    if (isStoreUnavailable(error)) return '/security?undone=unsaved'
    throw error
  }
}
