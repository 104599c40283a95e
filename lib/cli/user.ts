// `user …`: lists and manages users.

import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import type { Factors } from '../auth/factors.ts'
import { wrongPasswordsOf } from '../auth/lockout/failure-counts.ts'
import { canonicalUsername } from '../auth/username.ts'
import { readSettings } from '../config.ts'
import type { Command as SiteCommand } from '../core/command.ts'
import { parseEmail } from '../core/email-address.ts'
import { undoDeletionMs } from '../core/lifetimes.ts'
import type { Result } from '../core/result.ts'
import { resetTwoFactor } from '../features/factor-reset/commands.ts'
import {
  changeRole as changeRoleOfUser,
  createUser,
  deleteUser,
  restoreUser,
  resumeUser,
  startPasswordReset,
  startResetWithoutAddress,
  suspendUser,
  unlockUser,
} from '../features/user-admin/commands.ts'
import { type ManagedUser, managedUserOf } from '../features/user-admin/user-admin.ts'
import type { Services } from '../services.ts'
import { openStoreReader } from '../stores/open.ts'
import { lowerCase, searchText } from '../stores/records.ts'
import { type LockoutRecord, type Role, roles, type UserFilter, type UserRecord } from '../stores/types.ts'
import { executeAsOperator, findUser, unknownUser, withSite } from './site.ts'
import { counted, wrongUsage } from './store-location.ts'
import { confirm, print, refusal, say } from './terminal.ts'

interface Json {
  json?: boolean
}

const states = ['active', 'suspended', 'deleted'] as const

export function addUser(program: Command): void {
  const user = program.command('user').description('List and manage users')
  const add = (name: string, description: string) =>
    user.command(name).description(description).option('--json', 'print JSON')

  add('list', 'List users. A server may be running')
    .option('--search <text>', 'part of a username, full name or e-mail address', '')
    .addOption(new Option('--role <role>', 'only of this role').choices(roles))
    .addOption(new Option('--state <state>', 'only in this state').choices(states))
    .addHelpText('after', '\nExample:\n  npm run cli -- user list --role admin')
    .action(list)
  add('show', 'Show one user. A server may be running').argument('<username>', 'the user').action(show)
  add('create', 'Create a user, and print the link for choosing a password')
    .argument('<username>', 'a username of 3 to 32 characters', username)
    .addOption(new Option('--role <role>', 'the user’s role').choices(roles).default('member'))
    .option('--email <address>', 'the user’s e-mail address, not verified yet', emailAddress)
    .action((name: string, options: Json & { role: Role; email?: string }) => create(name, options))
  add('create-admin', 'Create an administrator, and print the link for choosing a password')
    .argument('<username>', 'a username of 3 to 32 characters', username)
    .action((name: string, { json }: Json) => create(name, { role: 'admin', ...(json && { json }) }))
  add('role', 'Change a user’s role')
    .argument('<username>', 'the user')
    .addArgument(new Argument('<role>', 'the new role').choices(roles))
    .action(changeRole)
  add('suspend', 'Suspend a user, and end their sessions')
    .argument('<username>', 'the user')
    .requiredOption('--reason <text>', 'the reason, for administrators only')
    .option('--last-day <day>', 'the last day of the suspension in UTC, such as 2026-11-30', lastDay)
    .action(suspend)
  add('resume', 'Lift a suspension').argument('<username>', 'the user').action(resume)
  add('reset', 'Start a password reset: mail a link to the verified address, or print one')
    .argument('<username>', 'the user')
    .option('--without-address', 'remove the e-mail address first, if it belongs to someone else')
    .action(reset)
  add('reset-two-factor', 'Remove a user’s authenticator app, recovery codes and passkeys, and end their sessions')
    .argument('<username>', 'the user')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nFor a user who lost them. Make sure first that it is the user who asks: the password alone logs in afterwards.' +
        '\n\nExample:\n  npm run cli -- user reset-two-factor ada',
    )
    .action(resetFactors)
  add('unlock', 'Clear a user’s failed log-ins and waiting times. The password stays the same')
    .argument('<username>', 'the user')
    .addHelpText('after', '\nExample:\n  npm run cli -- user unlock ada')
    .action(unlock)
  add('delete', 'Delete a user; the account is erased 14 days later')
    .argument('<username>', 'the user')
    .option('--yes', 'do not ask')
    .action(remove)
  add('restore', 'Restore a deleted user').argument('<username>', 'the user').action(restore)
}

async function list({
  search,
  role,
  state,
  json,
}: Json & { search: string; role?: Role; state?: UserFilter['state'] }) {
  const wanted = lowerCase(search)
  const { users, lockouts } = await readUsers()
  const found = users.filter(
    (user) =>
      (role === undefined || user.role === role) &&
      (!state || stateOf(user) === state) &&
      (wanted === '' || searchText(user).includes(wanted)),
  )
  found.sort((one, other) => (one.username < other.username ? -1 : 1))
  if (json) return print(JSON.stringify(found.map((user) => shown(managedUserOf(user), lockouts.get(user.id)))))
  for (const user of found) {
    const columns = [user.username.padEnd(32), user.role.padEnd(7), stateOf(user).padEnd(10)]
    const factors = factorNames(managedUserOf(user).factors)
    print([...columns, factors.padEnd(16), user.email ?? ''].join(' ').trimEnd())
  }
  say(counted(found.length, 'user'))
}

async function show(username: string, { json }: Json): Promise<void> {
  const canonical = canonicalUsername(username)
  const { users, lockouts } = await readUsers()
  const user = users.find((one) => one.username === canonical)
  if (user === undefined) throw unknownUser(username)
  const fields = shown(managedUserOf(user), lockouts.get(user.id))
  if (json) return print(JSON.stringify(fields))
  for (const [name, value] of Object.entries(fields)) {
    print(`${name.padEnd(18)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
  }
}

function create(username: string, { role, email, json }: Json & { role: Role; email?: string }): Promise<void> {
  return withSite(async (app) => {
    const made = await executeAsOperator(createUser, { username, role, email: email ?? null }, app)
    if (!made.ok) throw refusal(`The username ${username} is taken.`)
    await printReset(app, made.value, { json })
  })
}

function changeRole(username: string, role: Role, { json }: Json): Promise<void> {
  return change(username, changeRoleOfUser, { json, input: { role }, done: `is ${role} from the next request on.` })
}

function suspend(username: string, { reason, lastDay: day = '', json }: Json & { reason: string; lastDay?: string }) {
  const input = { reason, lastDay: day }
  return change(username, suspendUser, { json, input, done: 'is suspended and logged out everywhere.' })
}

function resume(username: string, { json }: Json): Promise<void> {
  return change(username, resumeUser, { json, done: 'can log in again.', gone: 'is not suspended.' })
}

function resetFactors(username: string, { json, yes }: Json & { yes?: boolean }, command: Command): Promise<void> {
  return change(username, resetTwoFactor, {
    json,
    async before({ username, factors }) {
      if (yes || (!factors.hasSecondFactor && factors.passkeyCount === 0)) return
      const answer = await confirm(`${username} will be logged out now and lose: ${factorNames(factors)}.`)
      if (answer === null) wrongUsage(command, 'without a terminal, confirm with --yes')
      if (!answer) throw refusal('Nothing was changed.')
    },
    done: ({ username, factors, emailVerifiedAt }) => {
      if (factors.hasPassword) return 'has no second factor any more and logs in with the password.'
      if (emailVerifiedAt !== null) return 'has no second factor and no password, and was mailed how to choose one.'
      return `has no second factor and no password. Next: user reset ${username}`
    },
  })
}

function unlock(username: string, { json }: Json): Promise<void> {
  return change(username, unlockUser, { json, done: 'can try a password again immediately.' })
}

function restore(username: string, { json }: Json): Promise<void> {
  return change(username, restoreUser, { json, done: 'is restored.', gone: 'is not deleted.' })
}

function remove(username: string, { json, yes }: Json & { yes?: boolean }, command: Command): Promise<void> {
  return change(username, deleteUser, {
    json,
    async before(user, { clock }) {
      if (yes) return
      const answer = await confirm(
        `${user.username} will be logged out now and erased on ${erasureDay(user, clock())}.`,
      )
      if (answer === null) wrongUsage(command, 'without a terminal, confirm with --yes')
      if (!answer) throw refusal('Nothing was changed.')
    },
    done: (user) => `is deleted and will be erased on ${erasureDay(user)}.`,
  })
}

/** In UTC. For an account that its owner deleted, the day stays the same. */
function erasureDay({ deletedAt }: ManagedUser, now = 0): string {
  return new Date((deletedAt ?? now) + undoDeletionMs).toISOString().slice(0, 10)
}

/** Runs a command on one user, and prints the user or a sentence. */
function change(
  username: string,
  command: SiteCommand<string, z.ZodObject, Result<ManagedUser, string>>,
  options: {
    json: boolean | undefined
    input?: Record<string, string>
    before?(user: ManagedUser, app: Services): Promise<void>
    done: string | ((user: ManagedUser) => string)
    gone?: string
  },
): Promise<void> {
  return withSite(async (app) => {
    const user = await findUser(app, username)
    const { json, input, before, done, gone = 'is deleted.' } = options
    await before?.(user, app)
    const outcome = await executeAsOperator(command, { id: user.id, ...input }, app)
    if (outcome.ok) {
      const sentence = typeof done === 'string' ? done : done(outcome.value)
      const lockouts = await app.stores.lockouts.listByUser(user.id)
      print(json ? JSON.stringify(shown(outcome.value, lockouts)) : `${user.username} ${sentence}`)
    } else if (outcome.code === 'no_second_factor') throw refusal(`${user.username} has no second factor.`)
    else if (outcome.code === 'date_past') throw refusal('The last day is in the past.')
    else if (outcome.code !== 'last_admin') throw refusal(`${user.username} ${gone}`)
    else throw refusal(`${user.username} is the only administrator. Make another user an administrator first.`)
  })
}

interface ResetOptions {
  json?: boolean | undefined
  withoutAddress?: boolean
}

function reset(username: string, options: ResetOptions): Promise<void> {
  return withSite(async (app) => printReset(app, await findUser(app, username), options))
}

async function printReset(
  app: Services,
  { id, username }: Pick<ManagedUser, 'id' | 'username'>,
  { json, withoutAddress = false }: ResetOptions,
): Promise<void> {
  const started = await executeAsOperator(withoutAddress ? startResetWithoutAddress : startPasswordReset, { id }, app)
  if (!started.ok) throw refusal(`${username} is deleted. Restore the account first.`)
  const { token } = started.value
  const link = token === null ? null : `${app.settings.appOrigin}/reset-password?token=${token}`
  if (json) return print(JSON.stringify({ id, username, link }))
  if (link === null) return print(`A reset link is being mailed to the verified address of ${username}.`)
  print(link)
  say(`Give this link to ${username}. It works once, within an hour, for anyone who has it.`)
}

async function readUsers(): Promise<{ users: UserRecord[]; lockouts: Map<string, LockoutRecord[]> }> {
  const reader = await openStoreReader(readSettings().store)
  try {
    const users: UserRecord[] = []
    const lockouts: LockoutRecord[] = []
    for await (const { kind, record } of reader.dump()) {
      // The audit trail, which is long, comes last.
      if (kind === 'audit') break
      if (kind === 'user') users.push(record)
      if (kind === 'lockout') lockouts.push(record)
    }
    return { users, lockouts: Map.groupBy(lockouts, ({ userId }) => userId) }
  } finally {
    await reader.close()
  }
}

/** With readable times. */
function shown(user: ManagedUser, lockouts: LockoutRecord[] = []): Record<string, unknown> {
  const wrongPasswords = wrongPasswordsOf(user, lockouts)
  const { profile, factors, ...rest } = { ...user, wrongPasswords }
  const readable = Object.entries(rest).map(([name, value]) => [
    name,
    typeof value === 'number' ? new Date(value).toISOString() : value,
  ])
  const { changedAt } = factors
  const readableFactors = { ...factors, changedAt: changedAt === null ? null : new Date(changedAt).toISOString() }
  return { ...Object.fromEntries(readable), state: stateOf(user), factors: readableFactors, profile }
}

/** "app, 2 passkeys", or "-" for the password alone. */
function factorNames({ hasTotp, passkeyCount }: Factors): string {
  const names = [...(hasTotp ? ['app'] : []), ...(passkeyCount > 0 ? [counted(passkeyCount, 'passkey')] : [])]
  return names.join(', ') || '-'
}

function stateOf({ status, deletedAt }: Pick<ManagedUser, 'status' | 'deletedAt'>): string {
  return deletedAt === null ? status : 'deleted'
}

function username(typed: string): string {
  const canonical = canonicalUsername(typed)
  if (canonical !== null) return canonical
  throw new InvalidArgumentError('It must have 3 to 32 characters: a to z, 0 to 9, dot, hyphen or underscore.')
}

function emailAddress(typed: string): string {
  const address = parseEmail(typed)
  if (address !== null) return address
  throw new InvalidArgumentError('It must be an e-mail address such as me@example.com.')
}

function lastDay(typed: string): string {
  if (z.iso.date().safeParse(typed).success) return typed
  throw new InvalidArgumentError('It must be a day such as 2026-11-30.')
}
