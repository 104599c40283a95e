// The services of this process, for middleware, pages, handlers and the server. Only types are imported here: each page
// and handler is a bundle of its own, and none needs a copy of code that runs once.
import type { Accounts } from './auth/accounts.ts'
import type { Alerts } from './auth/alerts.ts'
import type { Lockout } from './auth/lockout/lockout.ts'
import type { LogIn } from './auth/log-in-flow.ts'
import type { LogInSteps } from './auth/log-in-step.ts'
import type { BreachedPasswords } from './auth/passwords/breached-passwords.ts'
import type { PasswordStrength } from './auth/passwords/password-strength.ts'
import type { RefusalPace } from './auth/refusal-pace.ts'
import type { RememberedBrowsers } from './auth/remembered-browsers.ts'
import type { SessionAges } from './auth/sessions/ages.ts'
import type { Sessions } from './auth/sessions/sessions.ts'
import type { Settings } from './config.ts'
import type { Audit } from './core/audit/audit.ts'
import type { Clock } from './core/clock.ts'
import type { PasswordHasher } from './core/crypto/password.ts'
import type { Log } from './core/log/log.ts'
import type { Mailroom } from './core/mail/mailroom.ts'
import type { PendingCommands } from './core/pending-commands.ts'
import type { RateLimits } from './core/rate-limits/rate-limits.ts'
import { outsideOfRequests } from './core/request-context.ts'
import type { SecurityEvents } from './core/security-events.ts'
import type { AccountDeletion } from './features/account-deletion/account-deletion.ts'
import type { Addresses } from './features/email/addresses.ts'
import type { FactorResets } from './features/factor-reset/factor-reset.ts'
import type { FormDrafts } from './features/form-drafts/form-drafts.ts'
import type { Impersonations } from './features/impersonation/impersonation.ts'
import type { Invitations } from './features/invitations/invitations.ts'
import type { Passkeys } from './features/passkeys/passkeys.ts'
import type { Recovery } from './features/recovery/recovery.ts'
import type { Setup } from './features/setup/setup.ts'
import type { TwoFactor } from './features/two-factor/two-factor.ts'
import type { UserAdmin } from './features/user-admin/user-admin.ts'
import type { Usernames } from './features/username/rename.ts'
import type { Stores } from './stores/types.ts'

/** Exists once per process, because each part holds a resource or a queue. */
export interface Runtime {
  settings: Settings
  clock: Clock
  log: Log
  securityEvents: SecurityEvents
  stores: Stores
  passwords: PasswordHasher
  strength: PasswordStrength
  breached: BreachedPasswords
  mail: Mailroom
  rateLimits: RateLimits
  lockout: Lockout
  pace: RefusalPace
  alerts: Alerts
  audit: Audit
  sessionAges: SessionAges
  /** Newest first. The first one seals; all of them open. */
  sessionSecrets: readonly string[]
}

export interface Services extends Runtime {
  auth: LogIn
  logInSteps: LogInSteps
  rememberedBrowsers: RememberedBrowsers
  twoFactor: TwoFactor
  accounts: Accounts
  accountDeletion: AccountDeletion
  usernames: Usernames
  sessions: Sessions
  formDrafts: FormDrafts
  pendingCommands: PendingCommands
  addresses: Addresses
  recovery: Recovery
  factorResets: FactorResets
  userAdmin: UserAdmin
  invitations: Invitations
  passkeys: Passkeys
  setup: Setup
  impersonations: Impersonations
}

/** The bundles of a process have their own module variables, but they share globalThis. */
const siteKey = Symbol.for('gatehouse.site')
const shared = globalThis as typeof globalThis & {
  [siteKey]?: Promise<{ app: Services; close(): Promise<void> }> | undefined
}

/** Opens the stores at the first call. After a failure, the next call tries again. */
export async function services(): Promise<Services> {
  // Pools, timers and threads must not belong to the request that happens to be first.
  shared[siteKey] ??= outsideOfRequests(open).catch((cause: unknown) => {
    shared[siteKey] = undefined
    throw cause
  })
  const { app } = await shared[siteKey]
  return process.env.NODE_ENV === 'development' ? composedHere(app) : app
}

/** Closes what `services` opened. Later calls fail. */
export async function closeServices(): Promise<void> {
  await (await shared[siteKey])?.close()
}

async function open() {
  const { openSite } = await import('./composition.ts')
  return openSite()
}

let here: Services | undefined

/** In development, a bundle composes its own, so that a changed feature applies without a restart. */
async function composedHere(app: Services): Promise<Services> {
  const { compose } = await import('./composition.ts')
  if (here?.stores !== app.stores) here = compose(app)
  return here
}
