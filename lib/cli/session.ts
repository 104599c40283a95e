// `session …`: lists and ends sessions.
import type { Command } from 'commander'
import { liveBounds } from '../auth/sessions/timeouts.ts'
import { readSettings } from '../config.ts'
import { createSystemClock } from '../core/clock.ts'
import { parseDevice } from '../core/device.ts'
import { endAllSessions, pruneSessions } from '../features/sessions/commands.ts'
import { endSessionsOfUser } from '../features/user-admin/commands.ts'
import { openStoreReader } from '../stores/open.ts'
import { isLive, type SessionRecord } from '../stores/types.ts'
import { executeAsOperator, findUser, withSite } from './site.ts'
import { counted, wrongUsage } from './store-location.ts'
import { print, say } from './terminal.ts'

interface Json {
  json?: boolean
}

export function addSession(program: Command): void {
  const session = program.command('session').description('List and end sessions')
  session
    .command('list')
    .description('List live sessions. A server may be running')
    .option('--user <username>', 'only sessions of this user')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  npm run cli -- session list --user alice')
    .action(list)
  session
    .command('end')
    .description('End all sessions of one user, or of all users')
    .argument('[username]', 'the user')
    .option('--all', 'of all users')
    .option('--json', 'print JSON')
    .action(end)
  session
    .command('prune')
    .description('Remove expired sessions; a running server does this every hour')
    .option('--json', 'print JSON')
    .action(prune)
}

async function list({ user, json }: Json & { user?: string }): Promise<void> {
  const settings = readSettings()
  const bounds = liveBounds(settings.session, createSystemClock()())
  const reader = await openStoreReader(settings.store)
  const names = new Map<string, string>()
  const live: SessionRecord[] = []
  try {
    for await (const { kind, record } of reader.dump()) {
      if (kind === 'user') names.set(record.id, record.username)
      if (kind === 'session' && isLive(record, bounds)) live.push(record)
    }
  } finally {
    await reader.close()
  }
  const rows = live
    .map(({ userId, createdAt, lastActivityAt, userAgent, address }) => {
      const { browser, system } = parseDevice(userAgent)
      const device = [browser, system].filter((part) => part !== null).join(' on ')
      const [began, lastActive] = [createdAt, lastActivityAt].map((at) => new Date(at).toISOString())
      return { username: names.get(userId) ?? userId, began, lastActive, address, device }
    })
    .filter(({ username }) => user === undefined || username === user.toLowerCase())
  if (json) return print(JSON.stringify(rows))
  for (const { username, began, lastActive, address, device } of rows) {
    print(`${username.padEnd(24)} ${began}  ${lastActive}  ${address.padEnd(15)} ${device}`.trimEnd())
  }
  say(counted(rows.length, 'session'))
}

function end(username: string | undefined, { all, json }: Json & { all?: boolean }, command: Command): Promise<void> {
  if ((username === undefined) !== (all === true)) wrongUsage(command, 'give a username or --all')
  return withSite(async (app) => {
    const ended =
      username === undefined
        ? await executeAsOperator(endAllSessions, {}, app)
        : await executeAsOperator(endSessionsOfUser, { id: (await findUser(app, username)).id }, app)
    const count = ended.value
    print(json ? JSON.stringify({ ended: count }) : `Ended ${counted(count, 'session')}.`)
  })
}

function prune({ json }: Json): Promise<void> {
  return withSite(async (app) => {
    const { value: count } = await executeAsOperator(pruneSessions, {}, app)
    print(json ? JSON.stringify({ pruned: count }) : `Removed ${counted(count, 'expired session')}.`)
  })
}
