// `user …`: seeing and looking after people.
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { undoDeletionMs } from '../auth/accounts.ts'
import { wrongPasswordsOf } from '../auth/lockout/failure-counts.ts'
import { canonicalUsername } from '../auth/username.ts'
import { readSettings } from '../config.ts'
import type { Command as SiteCommand } from '../core/command.ts'
import { parseEmail } from '../core/email-address.ts'
import type { Result } from '../core/result.ts'
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
import type { Person } from '../features/user-admin/people.ts'
import type { Services } from '../services.ts'
import { openStoreReader } from '../stores/open.ts'
import { lowerCase, searchText } from '../stores/records.ts'
import { type LockoutRecord, type Role, roles, type UserFilter, type UserRecord } from '../stores/types.ts'
import { executeAsOperator, findPerson, withSite } from './site.ts'
import { wrongUsage } from './store-location.ts'
import { confirm, print, refusal, say } from './terminal.ts'

interface Json {
  json?: boolean
}

const states = ['active', 'suspended', 'deleted'] as const

export function addUser(program: Command): void {
  const user = program.command('user').description('See and look after people')
  const add = (name: string, description: string) =>
    user.command(name).description(description).option('--json', 'print JSON')

  add('list', 'List people. Works beside a running server')
    .option('--search <text>', 'part of a username, full name or e-mail address', '')
    .addOption(new Option('--role <role>', 'only of this role').choices(roles))
    .addOption(new Option('--state <state>', 'only in this state').choices(states))
    .addHelpText('after', '\nExample:\n  npm run cli -- user list --role admin')
    .action(list)
  add('show', 'Show one person. Works beside a running server').argument('<username>', 'whom').action(show)
  add('create', 'Make an account, and print the link with which its owner chooses a password')
    .argument('<username>', 'a username of 3 to 32 characters', username)
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).default('member'))
    .option('--email <address>', 'their e-mail address, not verified yet', emailAddress)
    .action((name: string, options: Json & { role: Role; email?: string }) => create(name, options))
  add('create-admin', 'Make an administrator, and print the link with which they choose a password')
    .argument('<username>', 'a username of 3 to 32 characters', username)
    .action((name: string, { json }: Json) => create(name, { role: 'admin', ...(json && { json }) }))
  add('role', 'Change what somebody may do')
    .argument('<username>', 'whom')
    .addArgument(new Argument('<role>', 'the new role').choices(roles))
    .action(changeRole)
  add('suspend', 'Keep somebody out, and end their sessions')
    .argument('<username>', 'whom')
    .requiredOption('--reason <text>', 'why, for those who look after the site')
    .option('--last-day <day>', 'to the end of this day in UTC, such as 2026-11-30', lastDay)
    .action(suspend)
  add('resume', 'Lift a suspension').argument('<username>', 'whom').action(resume)
  add('reset', 'Start a password reset: mailed to the verified address, or a link to hand over')
    .argument('<username>', 'whom')
    .option('--without-address', 'take the e-mail address away first, when it is not the owner’s')
    .action(reset)
  add('unlock', 'Forget the wrong passwords and waiting times of one user. The password stays as it is')
    .argument('<username>', 'whom')
    .addHelpText('after', '\nExample:\n  npm run cli -- user unlock ada')
    .action(unlock)
  add('delete', 'Delete an account, which is erased 14 days later')
    .argument('<username>', 'whom')
    .option('--yes', 'do not ask')
    .action(remove)
  add('restore', 'Bring a deleted account back').argument('<username>', 'whom').action(restore)
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
  if (json) return print(JSON.stringify(found.map((user) => shown(user, lockouts.get(user.id)))))
  for (const user of found) {
    print(
      `${user.username.padEnd(32)} ${user.role.padEnd(7)} ${stateOf(user).padEnd(10)} ${user.email ?? ''}`.trimEnd(),
    )
  }
  say(`${found.length.toLocaleString('en')} ${found.length === 1 ? 'person' : 'people'}`)
}

async function show(username: string, { json }: Json): Promise<void> {
  const canonical = canonicalUsername(username)
  const { users, lockouts } = await readUsers()
  const user = users.find((one) => one.username === canonical)
  if (user === undefined) throw refusal(`Nobody is called ${JSON.stringify(username)}.`)
  const fields = shown(user, lockouts.get(user.id))
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
  return change(username, suspendUser, { json, input, done: 'is suspended, and signed out everywhere.' })
}

function resume(username: string, { json }: Json): Promise<void> {
  return change(username, resumeUser, { json, done: 'may log in again.', gone: 'is not suspended.' })
}

function unlock(username: string, { json }: Json): Promise<void> {
  return change(username, unlockUser, { json, done: 'can try a password again at once.' })
}

function restore(username: string, { json }: Json): Promise<void> {
  return change(username, restoreUser, { json, done: 'is back.', gone: 'is not deleted.' })
}

function remove(username: string, { json, yes }: Json & { yes?: boolean }, command: Command): Promise<void> {
  return change(username, deleteUser, {
    json,
    async before(user, { clock }) {
      if (yes) return
      const answer = await confirm(`${user.username} will be signed out, and erased on ${erasureDay(user, clock())}.`)
      if (answer === null) wrongUsage(command, 'without a terminal, --yes deletes the account')
      if (!answer) throw refusal('Nothing was changed.')
    },
    done: (user) => `is deleted, and erased on ${erasureDay(user)}.`,
  })
}

/** In UTC. An account that its owner deleted keeps its day. */
function erasureDay({ deletedAt }: Person, now = 0): string {
  return new Date((deletedAt ?? now) + undoDeletionMs).toISOString().slice(0, 10)
}

/** Runs a command on one user, and prints the user or what was done. */
function change(
  username: string,
  command: SiteCommand<string, z.ZodObject, Result<Person, string>>,
  options: {
    json: boolean | undefined
    input?: Record<string, string>
    before?(user: Person, app: Services): Promise<void>
    done: string | ((user: Person) => string)
    gone?: string
  },
): Promise<void> {
  return withSite(async (app) => {
    const user = await findPerson(app, username)
    const { json, input, before, done, gone = 'is deleted.' } = options
    await before?.(user, app)
    const outcome = await executeAsOperator(command, { id: user.id, ...input }, app)
    if (outcome.ok) {
      const sentence = typeof done === 'string' ? done : done(outcome.value)
      const lockouts = await app.stores.lockouts.listByUser(user.id)
      print(json ? JSON.stringify(shown(outcome.value, lockouts)) : `${user.username} ${sentence}`)
    } else if (outcome.code === 'date_past') throw refusal('The last day is over already.')
    else if (outcome.code !== 'last_admin') throw refusal(`${user.username} ${gone}`)
    else throw refusal(`${user.username} is the only administrator. Make somebody else one first.`)
  })
}

interface ResetOptions {
  json?: boolean | undefined
  withoutAddress?: boolean
}

function reset(username: string, options: ResetOptions): Promise<void> {
  return withSite(async (app) => printReset(app, await findPerson(app, username), options))
}

async function printReset(
  app: Services,
  { id, username }: Pick<Person, 'id' | 'username'>,
  { json, withoutAddress = false }: ResetOptions,
): Promise<void> {
  const started = await executeAsOperator(withoutAddress ? startResetWithoutAddress : startPasswordReset, { id }, app)
  if (!started.ok) throw refusal(`${username} is deleted. Bring the account back first.`)
  const { token } = started.value
  const link = token === null ? null : `${app.settings.appOrigin}/reset-password?token=${token}`
  if (json) return print(JSON.stringify({ id, username, link }))
  if (link === null) return print(`A link to a new password is on its way to the verified address of ${username}.`)
  print(link)
  say(`Hand this link to ${username}: whoever opens it within an hour chooses the password, once.`)
}

async function readUsers(): Promise<{ users: UserRecord[]; lockouts: Map<string, LockoutRecord[]> }> {
  const reader = await openStoreReader(readSettings().store)
  try {
    const users: UserRecord[] = []
    const lockouts: LockoutRecord[] = []
    for await (const { kind, record } of reader.dump()) {
      // The trail, which is long, comes last.
      if (kind === 'audit') break
      if (kind === 'user') users.push(record)
      if (kind === 'lockout') lockouts.push(record)
    }
    return { users, lockouts: Map.groupBy(lockouts, ({ userId }) => userId) }
  } finally {
    await reader.close()
  }
}

/** Without the password's hash, and with times as people read them. */
function shown(user: Person | UserRecord, lockouts: LockoutRecord[] = []): Record<string, unknown> {
  const wrongPasswords = wrongPasswordsOf(user, lockouts)
  const { passwordHash: _, profile, ...rest } = { passwordHash: '', ...user, wrongPasswords }
  const readable = Object.entries(rest).map(([name, value]) => [
    name,
    typeof value === 'number' ? new Date(value).toISOString() : value,
  ])
  return { ...Object.fromEntries(readable), state: stateOf(user), profile }
}

function stateOf({ status, deletedAt }: Pick<Person, 'status' | 'deletedAt'>): string {
  return deletedAt === null ? status : 'deleted'
}

function username(typed: string): string {
  const canonical = canonicalUsername(typed)
  if (canonical !== null) return canonical
  throw new InvalidArgumentError('It has 3 to 32 characters: a to z, 0 to 9, dot, hyphen or underscore.')
}

function emailAddress(typed: string): string {
  const address = parseEmail(typed)
  if (address !== null) return address
  throw new InvalidArgumentError('It is an e-mail address such as me@example.com.')
}

function lastDay(typed: string): string {
  if (z.iso.date().safeParse(typed).success) return typed
  throw new InvalidArgumentError('It is a day such as 2026-11-30.')
}
