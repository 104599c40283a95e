// Beside the start: seals the keys of authenticator apps with the newest secret, so that an older one can be removed, and
// warns when passkeys were made for another host.

import type { Log } from '../core/log/log.ts'
import { logError } from '../core/log/log.ts'
import type { UserQuery, UserRecord, UserStore } from '../stores/types.ts'
import { openTotpKey, sealTotpKey } from './totp-key.ts'

interface Dependencies {
  users: Pick<UserStore, 'list' | 'update'>
  /** Newest first. */
  secrets: readonly string[]
  appOrigin: string
  log: Pick<Log, 'info' | 'warn'>
}

export interface FactorUpkeep {
  /** Never rejects. */
  done: Promise<void>
  /** Ends it early. */
  stop(): Promise<void>
}

const page = 100
const newestFirst: UserQuery = {
  search: '',
  role: null,
  state: null,
  by: 'createdAt',
  descending: true,
  after: null,
  limit: page,
}

/** Never rejects: users whose key it did not seal anew still log in with the older secret. */
export function startFactorUpkeep(deps: Dependencies): FactorUpkeep {
  const stopping = new AbortController()
  const done = run(deps, stopping.signal).catch((error: unknown) => logError('factor_upkeep_failed', error))
  return {
    done,
    stop() {
      stopping.abort()
      return done
    },
  }
}

async function run({ users, secrets, appOrigin, log }: Dependencies, signal: AbortSignal): Promise<void> {
  const host = new URL(appOrigin).hostname
  let [resealed, lost] = [0, 0]
  const otherHosts = new Set<string>()
  let query = newestFirst
  for (;;) {
    const found = await users.list(query)
    for (const user of found) {
      if (signal.aborted) return
      for (const name of otherHostsOf(user, host)) otherHosts.add(name)
      const sealed = await reseal(user, { users, secrets })
      if (sealed === 'resealed') resealed++
      if (sealed === 'lost') lost++
    }
    const last = found.at(-1)
    // With one secret there is nothing to seal, and one page shows whether the host changed: `doctor` reads all users.
    if (last === undefined || found.length < page || secrets.length < 2) break
    query = { ...query, after: last }
  }
  if (resealed > 0) {
    log.info(
      { event: 'totp_keys_resealed', count: resealed },
      'Keys of authenticator apps are sealed with the newest secret',
    )
  }
  if (lost > 0) {
    log.warn(
      { event: 'totp_keys_lost', count: lost },
      'Keys of authenticator apps were sealed with a secret that SESSION_SECRET lacks',
    )
  }
  if (otherHosts.size > 0) {
    log.warn(
      { event: 'passkeys_of_other_host', host, hosts: [...otherHosts] },
      'Passkeys were made for another host than that of APP_URL, and do not work',
    )
  }
}

/** The host names other than the site's that the user's passkeys were made for. */
export function otherHostsOf({ passkeys }: Pick<UserRecord, 'passkeys'>, host: string): string[] {
  return passkeys.map(({ rpId }) => rpId).filter((rpId) => rpId !== host)
}

/** Which secret opens the user's key: the newest, an older one, or none of them (`lost`). Null without an app. */
export async function secretOf(
  { id, totp }: Pick<UserRecord, 'id' | 'totp'>,
  secrets: readonly string[],
): Promise<'newest' | 'older' | 'lost' | null> {
  if (totp === null) return null
  if ((await openTotpKey(totp.sealed, id, secrets.slice(0, 1))) !== null) return 'newest'
  return (await openTotpKey(totp.sealed, id, secrets.slice(1))) === null ? 'lost' : 'older'
}

async function reseal(
  { id, totp }: UserRecord,
  { users, secrets }: Pick<Dependencies, 'users' | 'secrets'>,
): Promise<'resealed' | 'lost' | null> {
  const which = await secretOf({ id, totp }, secrets)
  if (totp === null || which !== 'older') return which === 'lost' ? 'lost' : null
  const key = await openTotpKey(totp.sealed, id, secrets)
  if (key === null) return 'lost'
  const sealed = await sealTotpKey(key, id, secrets)
  // Compare and set: the user may turn the app off meanwhile. `factorsChangedAt` stays, because nothing changes for them.
  return (await users.update(id, { totp: { ...totp, sealed } }, { totp })) === null ? null : 'resealed'
}
