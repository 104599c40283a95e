// The composition root: settings → stores → domain modules.
import { type Accounts, createAccounts } from './auth/accounts.ts'
import { type Alerts, createAlerts } from './auth/alerts.ts'
import { type FactorUpkeep, startFactorUpkeep } from './auth/factor-upkeep.ts'
import { createLockout, type Lockout } from './auth/lockout/lockout.ts'
import { createLogIn, type LogIn } from './auth/log-in-flow.ts'
import { createLogInSteps, type LogInSteps } from './auth/log-in-step.ts'
import { type BreachedPasswords, createBreachedPasswords } from './auth/passwords/breached-passwords.ts'
import { createPasswordStrength, type PasswordStrength } from './auth/passwords/password-strength.ts'
import { createRefusalPace, type RefusalPace } from './auth/refusal-pace.ts'
import { createRememberedBrowsers, type RememberedBrowsers } from './auth/remembered-browsers.ts'
import { createSessionAges, type SessionAges } from './auth/sessions/ages.ts'
import { createSessions, type Sessions } from './auth/sessions/sessions.ts'
import { readSettings, type Settings } from './config.ts'
import { type Audit, createAudit } from './core/audit/audit.ts'
import { type Clock, createSystemClock } from './core/clock.ts'
import { createPasswordHasher, type PasswordHasher } from './core/crypto/password.ts'
import { newId } from './core/crypto/random.ts'
import { createLog, type Log, settleErrors } from './core/log/log.ts'
import { createMailroom, type Mailroom } from './core/mail/mailroom.ts'
import { createTransport } from './core/mail/transport.ts'
import { createPendingCommands, type PendingCommands } from './core/pending-commands.ts'
import { createRateLimits, type RateLimits, type Rule } from './core/rate-limits/rate-limits.ts'
import { outsideOfRequests } from './core/request-context.ts'
import { createSecurityEvents, type SecurityEvents } from './core/security-events.ts'
import { type ExpiryJob, startExpiryJob } from './expiry-job.ts'
import { type AccountDeletion, createAccountDeletion } from './features/account-deletion/account-deletion.ts'
import { type Addresses, createAddresses } from './features/email/addresses.ts'
import { createFactorResets, type FactorResets } from './features/factor-reset/factor-reset.ts'
import { createFormDrafts, type FormDrafts } from './features/form-drafts/form-drafts.ts'
import { createImpersonations, type Impersonations } from './features/impersonation/impersonation.ts'
import { takeOverStreamlit } from './features/import/streamlit.ts'
import { createInvitations, type Invitations } from './features/invitations/invitations.ts'
import { createPasskeys, type Passkeys } from './features/passkeys/passkeys.ts'
import { createPictures, type Pictures } from './features/picture/picture.ts'
import { createRecovery, type Recovery } from './features/recovery/recovery.ts'
import { createSetup, type Setup } from './features/setup/setup.ts'
import { createTwoFactor, type TwoFactor } from './features/two-factor/two-factor.ts'
import { createUserAdmin, type UserAdmin } from './features/user-admin/user-admin.ts'
import { createUsernames, type Usernames } from './features/username/rename.ts'
import { readOrCreateSecret } from './secret.ts'
import { openStores } from './stores/open.ts'
import type { EndReason, Stores } from './stores/types.ts'

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
  pictures: Pictures
  setup: Setup
  impersonations: Impersonations
}

/**
 * Middleware, pages and the server are separate bundles of one process: each has its own module variables, but they
 * share globalThis.
 */
const runtimeKey = Symbol.for('gatehouse.runtime')
const expiryJobKey = Symbol.for('gatehouse.expiry-job')
const factorUpkeepKey = Symbol.for('gatehouse.factor-upkeep')
const shared = globalThis as typeof globalThis & {
  [runtimeKey]?: Promise<Runtime> | undefined
  [expiryJobKey]?: ExpiryJob
  [factorUpkeepKey]?: FactorUpkeep
}

let composed: Services | undefined

/** Opens the stores at the first call. After a failure, the next call tries again. */
export async function services(): Promise<Services> {
  // Pools, timers and threads must not belong to the request that happens to be first.
  shared[runtimeKey] ??= outsideOfRequests(open).catch((cause: unknown) => {
    shared[runtimeKey] = undefined
    throw cause
  })
  const runtime = await shared[runtimeKey]
  if (composed?.stores !== runtime.stores) composed = compose(runtime)
  return composed
}

async function open(): Promise<Runtime> {
  const runtime = await openRuntime()
  shared[expiryJobKey] = startExpiryJob(compose(runtime))
  const { stores, sessionSecrets: secrets, settings, log } = runtime
  shared[factorUpkeepKey] = startFactorUpkeep({ users: stores.users, secrets, appOrigin: settings.appOrigin, log })
  runtime.mail.open()
  return runtime
}

/** Flushes acknowledged writes and closes the stores. Later calls fail. */
export async function closeServices(): Promise<void> {
  const runtime = await shared[runtimeKey]
  await shared[expiryJobKey]?.stop()
  await shared[factorUpkeepKey]?.stop()
  await runtime?.lockout.settle()
  await runtime?.audit.recordOmitted()
  await runtime?.mail.close()
  await runtime?.stores.close()
  await runtime?.rateLimits.close()
  await runtime?.strength.close()
  runtime?.securityEvents.settle()
  settleErrors()
}

const lockedAs = {
  password: ['password.locked', 'password-locked'],
  'second-factor': ['two_factor.locked', 'two-factor-locked'],
} as const

export async function openRuntime(settings = readSettings(), clock: Clock = createSystemClock()): Promise<Runtime> {
  const log = createLog(settings.logLevel)
  clock.onStepBack?.((ms) => {
    log.warn(
      { event: 'clock_set_back', ms },
      `The clock was set back by ${Math.round(ms / 1000)} s; the site follows it.`,
    )
  })
  const securityEvents = createSecurityEvents(log)
  const takeOver = (old: unknown) => takeOverStreamlit(old, { now: clock(), newId })
  const stores = await openStores(settings.store, { takeOver, poolSize: settings.databasePoolSize, log })
  try {
    const sessionSecrets = settings.sessionSecrets ?? [await readOrCreateSecret(settings.dataDir)]
    if (settings.sessionSecrets === null && settings.store.driver === 'postgres') {
      log.warn(
        { event: 'secret_of_one_machine' },
        'The session secret exists on this machine only. Before you add a second machine, set SESSION_SECRET to the same value on both.',
      )
    }
    const mail = createMailroom({
      store: stores.mails,
      transport: createTransport({ ...settings, log }),
      secrets: sessionSecrets,
      appOrigin: settings.appOrigin,
      clock,
      log,
    })
    const onRefused = (rule: Rule) => securityEvents.note({ event: 'limit.reached', code: rule })
    const rateLimits = createRateLimits({ store: settings.store, enabled: settings.limits, onRefused })
    const alerts = createAlerts({ tokens: stores.tokens, mail, rateLimits, clock, enabled: settings.notices })
    const audit = createAudit({ store: stores.audit, clock, events: securityEvents, rateLimits })
    const lockout = createLockout({
      users: stores.users,
      lockouts: stores.lockouts,
      rateLimits,
      clock,
      onLocked: async (user, secret, { by }) => {
        const [event, alert] = lockedAs[secret]
        await audit.record({ event, actorId: null, subjectId: user.id, address: by.address })
        await alerts.tell(user, alert, by)
      },
    })
    const { passwordMinLength: minLength, appOrigin } = settings
    const passwords = createPasswordHasher()
    return {
      settings,
      clock,
      log,
      securityEvents,
      stores,
      passwords,
      strength: createPasswordStrength({ minLength, appOrigin }),
      breached: createBreachedPasswords({ url: settings.breachedPasswordsUrl, log }),
      mail,
      rateLimits,
      lockout,
      pace: createRefusalPace({ store: stores.users, passwords }),
      alerts,
      audit,
      sessionAges: createSessionAges(clock),
      sessionSecrets,
    }
  } catch (cause) {
    await stores.close()
    throw cause
  }
}

export function compose(runtime: Runtime): Services {
  const { stores, clock, passwords, strength, breached, settings, mail, rateLimits, lockout, alerts, securityEvents } =
    runtime
  const { users, tokens } = stores
  const secrets = runtime.sessionSecrets
  const { passwordMinLength } = settings
  const own = { store: users, tokens, passwords, strength, breached, passwordMinLength, lockout, rateLimits, clock }
  const accounts = createAccounts({
    ...own,
    lockouts: stores.lockouts,
    onLifted: async (user) => {
      await runtime.audit.record({ event: 'account.resumed', actorId: null, subjectId: user.id })
      await alerts.tellDecision(user, { kind: 'suspension-ended' })
    },
  })
  const onRanOut = (code: EndReason, who: string | null, count: number) =>
    securityEvents.note({ event: 'session.ran_out', outcome: 'done', code, who, count })
  const sessions = createSessions({
    store: stores.sessions,
    limits: settings.session,
    clock,
    ages: runtime.sessionAges,
    onRanOut,
  })
  const accountDeletion = createAccountDeletion({ users, tokens, pictures: stores.collections.picture, clock })
  const formDrafts = createFormDrafts({ tokens, rateLimits, clock, secrets })
  const rememberedBrowsers = createRememberedBrowsers({ browsers: stores.collections.rememberedBrowser, clock })
  const factorResets = createFactorResets({
    users,
    tokens,
    credentialUses: stores.credentialUses,
    sessions,
    browsers: rememberedBrowsers,
    mail,
    alerts,
    audit: runtime.audit,
    clock,
  })
  const auth = createLogIn({
    accounts,
    sessions,
    pace: runtime.pace,
    alerts,
    users,
    browsers: rememberedBrowsers,
    carryOutFactorReset: factorResets.carryOut,
    requireTwoFactor: settings.requireTwoFactor,
    handOver: (endedId, { id, userId }) => formDrafts.handOver(endedId, { sessionId: id, userId }),
  })
  return {
    ...runtime,
    auth,
    logInSteps: createLogInSteps({ accounts, secrets, clock }),
    rememberedBrowsers,
    twoFactor: createTwoFactor({
      users,
      tokens,
      credentialUses: stores.credentialUses,
      passwords,
      lockout,
      secrets,
      issuer: new URL(settings.appOrigin).hostname,
      requireTwoFactor: settings.requireTwoFactor,
      onRecoveryCode: async (user, { by }) => {
        await runtime.audit.record({
          event: 'two_factor.code_used',
          actorId: user.id,
          subjectId: user.id,
          address: by.address,
        })
        await alerts.tell(user, 'recovery-code-used', by, { left: user.recoveryCodes.length })
      },
      clock,
    }),
    accounts,
    accountDeletion,
    usernames: createUsernames({ users, rateLimits, clock }),
    sessions,
    addresses: createAddresses({ users, tokens, mail, rateLimits, alerts, secrets, clock }),
    recovery: createRecovery({
      users,
      tokens,
      accounts,
      sessions,
      mail,
      rateLimits,
      alerts,
      browsers: rememberedBrowsers,
      credentialUses: stores.credentialUses,
      clock,
    }),
    factorResets,
    userAdmin: createUserAdmin({ store: users, tokens, sessions, alerts, audit: runtime.audit, clock }),
    passkeys: createPasskeys({
      stores,
      passwords,
      rateLimits,
      audit: runtime.audit,
      appOrigin: settings.appOrigin,
      requireTwoFactor: settings.requireTwoFactor,
      secrets,
      clock,
    }),
    pictures: createPictures({ users, records: stores.collections.picture, clock }),
    invitations: createInvitations({ store: tokens, users, accounts, clock }),
    setup: createSetup({ users, tokens, accounts, clock }),
    impersonations: createImpersonations({ store: tokens, clock }),
    formDrafts,
    pendingCommands: createPendingCommands({ store: tokens, clock }),
  }
}
