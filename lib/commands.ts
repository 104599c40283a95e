// Every command of the site by its name, for the resumption after re-authentication and for tests over all commands.
import * as accountDeletion from './features/account-deletion/commands.ts'
import * as auditTrail from './features/audit-trail/commands.ts'
import * as dataExport from './features/data-export/commands.ts'
import * as email from './features/email/commands.ts'
import * as factorReset from './features/factor-reset/commands.ts'
import * as impersonation from './features/impersonation/commands.ts'
import * as invitations from './features/invitations/commands.ts'
import * as logIn from './features/log-in/commands.ts'
import * as passkeys from './features/passkeys/commands.ts'
import * as password from './features/password/commands.ts'
import * as picture from './features/picture/commands.ts'
import * as profile from './features/profile/commands.ts'
import * as recovery from './features/recovery/commands.ts'
import * as sessions from './features/sessions/commands.ts'
import * as setup from './features/setup/commands.ts'
import * as signUp from './features/sign-up/commands.ts'
import * as twoFactor from './features/two-factor/commands.ts'
import * as userAdmin from './features/user-admin/commands.ts'
import * as username from './features/username/commands.ts'

const all = {
  ...accountDeletion,
  ...email,
  ...factorReset,
  ...impersonation,
  ...invitations,
  ...picture,
  ...profile,
  ...sessions,
  ...auditTrail,
  ...dataExport,
  ...logIn,
  ...passkeys,
  ...password,
  ...recovery,
  ...setup,
  ...signUp,
  ...twoFactor,
  ...userAdmin,
  ...username,
}

type Known = (typeof all)[keyof typeof all]
export type CommandName = Known['name']
export type Commands = { [One in Known as One['name']]: One }

export const commands = Object.fromEntries(Object.values(all).map((one) => [one.name, one])) as Commands

/** Checks a stored name, which another version of the site may have written. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}
