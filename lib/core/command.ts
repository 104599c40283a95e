// A command is one operation for all callers: a form, the resumption after re-authentication, and the command line.
// `execute` is the only way to run one, so that no caller can skip a check or an audit entry.
import type { z } from 'zod'
import type { AlertFacts, Alerts } from '../auth/alerts.ts'
import type { LoginClient } from '../auth/lockout/lockout.ts'
import type { Services } from '../services.ts'
import type { Role, SessionRecord } from '../stores/types.ts'
import { type Occurrence, operator } from './audit/audit.ts'
import { parseDevice } from './device.ts'
import type { AlertKind, RequestInfo } from './mail/message.ts'
import { momentOnly } from './mail/message.ts'
import { countedAddress } from './rate-limits/counted-address.ts'
import { refused } from './result.ts'
import { can, type Permission } from './roles/permissions.ts'
import { lacksRequiredFactor } from './roles/required-factor.ts'

export interface Actor {
  /**
   * `operator` on the command line: needs no permission or re-authentication, since the operator has the store's files.
   * Empty for a visitor, who is not logged in.
   */
  id: string
  /** The role read in this request. Null for the operator and for visitors. */
  role: Role | null
  session: Pick<SessionRecord, 'id' | 'provedAt' | 'authentications'> | null
  isImpersonating: boolean
  /** Time and origin, for alerts and the audit trail. */
  by: RequestInfo
  /** The browser, for commands that try a password. */
  client?: LoginClient
  /** The secret of the mailed link that the browser opened. */
  secret?: string
  /** The token of the session that the browser presents, live or not. */
  presented?: string | null
  /** What the browser holds beside its session: sealed texts and tokens, not checked yet. */
  held?: Held
}

export interface Held {
  /** Of a log-in that waits for the second factor (lib/auth/log-in-step.ts), or empty. */
  logInStep: string
  /** The challenge for a passkey (lib/features/passkeys), or empty. */
  passkeyChallenge: string
  /** See lib/auth/remembered-browsers.ts. */
  rememberedTokens: readonly string[]
}

export type Outcome = ({ ok: true; value: unknown } | { ok: false; code: string; waitMs?: number }) & {
  /** For the audit entry. */
  detail?: Occurrence['detail']
  /** If the input does not contain the subject. */
  subjectId?: string
  /** The actor of the audit entry, when a visitor proves to be this user. */
  actorId?: string
  /** False: nothing changed, so no audit entry. `try`: a refused password or code (`recordTry`). */
  isRecorded?: false | 'try'
  /** For the audit entry of a try, where the client learns less. */
  triedCode?: string
  /** An alert mail to the account's owner. */
  alert?: { user: Parameters<Alerts['tell']>[0]; kind: AlertKind; facts?: AlertFacts }
}

/** `signed-in`: any user, even while impersonating. `anyone`: visitors too. `operator`: no user. */
type Needed = Permission | 'signed-in' | 'anyone' | 'operator'

export interface Command<Name extends string, Schema extends z.ZodObject, Ran extends Outcome, Needs = Needed> {
  name: Name
  permission: Needs
  /** Maximum age of the last password check. Absent: the session suffices. */
  reauthenticate?: number
  /** Also for a session that lacks the second factor that its role requires: it leads to one, or out. */
  isEnrolment?: true
  /** The form uses the same schema. */
  input: Schema
  /** Replaces `input` when the rules depend on the settings or on the mailed link. */
  inputFor?(app: Services, actor: Pick<Actor, 'secret'>): Promise<Schema>
  audit: Occurrence['event']
  /** The id of the affected user or object. Absent: the actor. */
  subject?(input: z.output<Schema>): string | null
  run(app: Services, input: z.output<Schema>, actor: Actor): Promise<Ran>
}

export type AnyCommand = Command<string, z.ZodObject, Outcome>

export function command<
  const Name extends string,
  Schema extends z.ZodObject,
  Ran extends Outcome,
  const Needs extends Needed,
>(definition: Command<Name, Schema, Ran, Needs>): Command<Name, Schema, Ran, Needs> {
  return definition
}

const holdsNothing: Held = { logInStep: '', passkeyChallenge: '', rememberedTokens: [] }

/** Commands that only a browser can run. */
export function presentedBy({ client, presented = null, held = holdsNothing }: Actor): {
  client: LoginClient
  presented: string | null
  held: Held
} {
  if (client === undefined) throw new TypeError('A command that tries a password was run without a browser.')
  return { client, presented, held }
}

export function operatorActor(now: number): Actor {
  return { id: operator, role: null, session: null, isImpersonating: false, by: momentOnly(now) }
}

export async function schemaOf<Schema extends z.ZodObject>(
  { input, inputFor }: Pick<Command<string, Schema, Outcome>, 'input' | 'inputFor'>,
  actor: Pick<Actor, 'secret'>,
  app: Services,
): Promise<Schema> {
  return inputFor ? inputFor(app, actor) : input
}

/** Rejects when the store is unavailable. `input` is untrusted. */
export async function execute<Schema extends z.ZodObject, Ran extends Outcome>(
  command: Command<string, Schema, Ran>,
  actor: Actor,
  input: unknown,
  app: Services,
) {
  const { name, permission, reauthenticate, audit: event, subject = () => actor.role && actor.id } = command
  if (!isAllowed(permission, actor)) {
    await recordDenial(app, actor.id, actor.by.address, { act: name })
    return refused('not_allowed')
  }
  const { session, by } = actor
  if (
    session !== null &&
    actor.role !== null &&
    !command.isEnrolment &&
    lacksRequiredFactor(actor.role, session.authentications, app.settings.requireTwoFactor)
  ) {
    return refused('second_factor_required')
  }
  if (
    session !== null &&
    reauthenticate !== undefined &&
    !app.sessions.hasRecentAuthentication(session, reauthenticate)
  ) {
    return refused('reauthentication_required')
  }
  const schema = await schemaOf(command, actor, app)
  const parsed = schema.safeParse(input)
  if (!parsed.success) return { ...refused('input_invalid'), issues: parsed.error.issues }

  const done = await command.run(app, parsed.data, actor)
  const actorId = done.actorId ?? (actor.id || null)
  const subjectId = done.subjectId ?? subject(parsed.data) ?? (actor.role === null ? (done.actorId ?? null) : null)
  if (!done.ok && done.isRecorded === 'try') {
    await recordTry(app, { event, actorId, subjectId, code: done.triedCode ?? done.code, by })
  } else if (done.isRecorded !== false) {
    const detail = { ...deviceDetail(event, by), ...done.detail, ...(!done.ok && { code: done.code }) }
    const outcome = done.ok ? 'done' : 'refused'
    await app.audit.record({ event, outcome, actorId, subjectId, detail, address: by.address })
  }
  if (done.alert !== undefined) await app.alerts.tell(done.alert.user, done.alert.kind, by, done.alert.facts)
  return done
}

/** The names of browser and system, for log-ins: users look for one that they do not know. */
function deviceDetail(event: Occurrence['event'], { userAgent }: Actor['by']): Record<string, string> {
  if (event !== 'session.started') return {}
  const { browser, system } = parseDevice(userAgent)
  return { ...(browser !== null && { browser }), ...(system !== null && { system }) }
}

function isAllowed(needed: Needed, { id, role, isImpersonating }: Actor): boolean {
  if (needed === 'anyone' || id === operator) return true
  if (role === null || needed === 'operator') return false
  return needed === 'signed-in' || (!isImpersonating && can({ role }, needed))
}

/** Codes of a wrong password or code. All other refusals tell the client to wait or stop, without comparing it. */
const wrongCodes = ['credentials_wrong', 'password_wrong', 'code_wrong']

/**
 * Records a refused password or code. A client that continues during a waiting time could fill the audit trail: after ten
 * entries in ten minutes per IP address, its attempts are only counted and logged.
 */
async function recordTry(
  { rateLimits, audit, securityEvents }: Pick<Services, 'rateLimits' | 'audit' | 'securityEvents'>,
  tried: {
    event: Occurrence['event']
    actorId: string | null
    subjectId: string | null
    code: string
    by: Actor['by']
  },
): Promise<void> {
  const { event, actorId, subjectId, code, by } = tried
  const { address } = by
  if (!wrongCodes.includes(code) && (await rateLimits.take('denied-entry', countedAddress(address))) > 0) {
    securityEvents.note({ event, code, who: actorId, about: subjectId })
    return
  }
  const detail = { ...deviceDetail(event, by), code }
  await audit.record({ event, outcome: 'refused', actorId, subjectId, detail, address })
}

/**
 * After ten denials in ten minutes, further ones are only counted and logged, so that a user cannot fill the audit
 * trail.
 */
export async function recordDenial(
  { rateLimits, audit, securityEvents }: Pick<Services, 'rateLimits' | 'audit' | 'securityEvents'>,
  actorId: string,
  address: string,
  detail: Record<string, string>,
): Promise<void> {
  if ((await rateLimits.take('denied-entry', actorId)) > 0)
    securityEvents.note({ event: 'access.denied', who: actorId })
  else await audit.record({ event: 'access.denied', outcome: 'refused', actorId, detail, address })
}
