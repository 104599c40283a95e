// A command is one operation for all callers: a form, the resumption after re-authentication, and the command line.
// `execute` is the only way to run one, so that no caller can skip a check or an audit entry.
import type { z } from 'zod'
import type { Alerts } from '../auth/alerts.ts'
import type { Services } from '../services.ts'
import type { Role } from '../stores/types.ts'
import { type Occurrence, operator } from './audit/audit.ts'
import type { AlertKind, RequestInfo } from './mail/message.ts'
import { momentOnly } from './mail/message.ts'
import { refused } from './result.ts'
import { can, type Permission } from './roles/permissions.ts'

export interface Actor {
  /**
   * `operator` on the command line. The operator needs no permission or re-authentication, since they have the store's
   * files.
   */
  id: string
  /** The role read in this request. Null for the operator. */
  role: Role | null
  session: { id: string; provedAt: number } | null
  isImpersonating: boolean
  /** Time and origin, for alerts and the audit trail. */
  by: RequestInfo
}

export type Outcome = ({ ok: true; value: unknown } | { ok: false; code: string; waitMs?: number }) & {
  /** For the audit entry. */
  detail?: Occurrence['detail']
  /** If the input does not contain the subject. */
  subjectId?: string
  /** False when nothing changed: suppresses the audit entry. */
  isRecorded?: false
  /** An alert mail to the account's owner. */
  alert?: { user: Parameters<Alerts['tell']>[0]; kind: AlertKind }
}

/** `signed-in`: any user, even while impersonating. `operator`: no user. */
type Needed = Permission | 'signed-in' | 'operator'

export interface Command<Name extends string, Schema extends z.ZodObject, Ran extends Outcome, Needs = Needed> {
  name: Name
  permission: Needs
  /** Maximum age of the last password check. Absent: the session suffices. */
  reauthenticate?: number
  /** The form uses the same schema. */
  input: Schema
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

export function operatorActor(now: number): Actor {
  return { id: operator, role: null, session: null, isImpersonating: false, by: momentOnly(now) }
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
    reauthenticate !== undefined &&
    !app.sessions.hasRecentAuthentication(session, reauthenticate)
  ) {
    return refused('reauthentication_required')
  }
  const parsed = command.input.safeParse(input)
  if (!parsed.success) return { ...refused('input_invalid'), issues: parsed.error.issues }

  const done = await command.run(app, parsed.data, actor)
  if (done.isRecorded !== false) {
    const subjectId = done.subjectId ?? subject(parsed.data)
    const detail = { ...done.detail, ...(!done.ok && { code: done.code }) }
    const outcome = done.ok ? 'done' : 'refused'
    await app.audit.record({ event, outcome, actorId: actor.id, subjectId, detail, address: by.address })
  }
  if (done.alert !== undefined) await app.alerts.tell(done.alert.user, done.alert.kind, by)
  return done
}

function isAllowed(needed: Needed, { role, isImpersonating }: Actor): boolean {
  if (role === null || needed === 'signed-in') return true
  return needed !== 'operator' && !isImpersonating && can({ role }, needed)
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
