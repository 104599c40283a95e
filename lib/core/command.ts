// One operation, for everybody who may ask for it: a form, the resumption after re-authentication, and the operator's
// command line. `execute` is the only way to run one, so that no caller can leave a check or an audit entry out.
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
  /** `operator` at the command line: it needs no permission and no re-authentication, for its user has the store's files. */
  id: string
  /** As read in this request. Null for the operator. */
  role: Role | null
  session: { id: string; provedAt: number } | null
  isImpersonating: boolean
  /** When and from where, for alerts and the audit trail. */
  by: RequestInfo
}

export type Outcome = ({ ok: true; value: unknown } | { ok: false; code: string; waitMs?: number }) & {
  /** For the audit entry. */
  detail?: Occurrence['detail']
  /** Where the input does not name the subject. */
  subjectId?: string
  /** Nothing changed. */
  isRecorded?: false
  /** A mail to the account's owner. */
  alert?: { user: Parameters<Alerts['tell']>[0]; kind: AlertKind }
}

/** `signed-in`: every user, also while impersonating. `operator`: no user. */
type Needed = Permission | 'signed-in' | 'operator'

export interface Command<Name extends string, Schema extends z.ZodObject, Ran extends Outcome, Needs = Needed> {
  name: Name
  permission: Needs
  /** Milliseconds for which a password check counts. Absent: the session is enough. */
  reauthenticate?: number
  /** Also the schema of the form. */
  input: Schema
  audit: Occurrence['event']
  /** Whom or what it is done to. Absent: the actor. */
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

/** Rejects when the store is away. `input` may come from anywhere. */
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
  if (session !== null && reauthenticate !== undefined && !app.sessions.hasRecentProof(session, reauthenticate)) {
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

/** Beyond ten entries in ten minutes a denial is counted and logged, and not recorded: nobody fills the trail so. */
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
