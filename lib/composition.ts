// The composition root: settings → stores → domain modules.
import { createAccounts } from './auth/accounts.ts'
import { createAlerts } from './auth/alerts.ts'
import { startFactorUpkeep } from './auth/factor-upkeep.ts'
import { createLockout } from './auth/lockout/lockout.ts'
import { createLogIn } from './auth/log-in-flow.ts'
import { createLogInSteps } from './auth/log-in-step.ts'
import { createBreachedPasswords } from './auth/passwords/breached-passwords.ts'
import { createPasswordStrength } from './auth/passwords/password-strength.ts'
import { createRefusalPace } from './auth/refusal-pace.ts'
import { createRememberedBrowsers } from './auth/remembered-browsers.ts'
import { createSessionAges } from './auth/sessions/ages.ts'
import { createSessions } from './auth/sessions/sessions.ts'
import { readSettings } from './config.ts'
import { createAudit } from './core/audit/audit.ts'
import { type Clock, createSystemClock } from './core/clock.ts'
import { createPasswordHasher } from './core/crypto/password.ts'
import { newId } from './core/crypto/random.ts'
import { createLog, settleErrors } from './core/log/log.ts'
import { createMailroom } from './core/mail/mailroom.ts'
import { createTransport } from './core/mail/transport.ts'
import { createPendingCommands } from './core/pending-commands.ts'
import { createRateLimits, type Rule } from './core/rate-limits/rate-limits.ts'
import { createSecurityEvents } from './core/security-events.ts'
import { startExpiryJob } from './expiry-job.ts'
import { createAccountDeletion } from './features/account-deletion/account-deletion.ts'
import { createAddresses } from './features/email/addresses.ts'
import { createFactorResets } from './features/factor-reset/factor-reset.ts'
import { createFormDrafts } from './features/form-drafts/form-drafts.ts'
import { createImpersonations } from './features/impersonation/impersonation.ts'
import { takeOverStreamlit } from './features/import/streamlit.ts'
import { createInvitations } from './features/invitations/invitations.ts'
import { createPasskeys } from './features/passkeys/passkeys.ts'
import { createPictures } from './features/picture/picture.ts'
import { createRecovery } from './features/recovery/recovery.ts'
import { createSetup } from './features/setup/setup.ts'
import { createTwoFactor } from './features/two-factor/two-factor.ts'
import { createUserAdmin } from './features/user-admin/user-admin.ts'
import { createUsernames } from './features/username/rename.ts'
import { readOrCreateSecret } from './secret.ts'
import type { Runtime, Services } from './services.ts'
import { openStores } from './stores/open.ts'
import type { EndReason } from './stores/types.ts'

interface Site {
  app: Services
  /** Flushes acknowledged writes and closes the stores. */
  close(): Promise<void>
}

/** Opens the stores and starts the jobs that run besides requests. */
export async function openSite(): Promise<Site> {
  const app = compose(await openRuntime())
  const { stores, sessionSecrets: secrets, settings, log } = app
  const expiryJob = startExpiryJob(app)
  const factorUpkeep = startFactorUpkeep({ users: stores.users, secrets, appOrigin: settings.appOrigin, log })
  app.mail.open()
  return {
    app,
    async close() {
      await expiryJob.stop()
      await factorUpkeep.stop()
      await app.lockout.settle()
      await app.audit.recordOmitted()
      await app.mail.close()
      await stores.close()
      await app.rateLimits.close()
      await app.strength.close()
      app.securityEvents.settle()
      settleErrors()
    },
  }
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
    userAdmin: createUserAdmin({
      store: users,
      tokens,
      sessions,
      alerts,
      audit: runtime.audit,
      pictures: stores.collections.picture,
      clock,
    }),
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
