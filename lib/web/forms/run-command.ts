// Runs commands over the web: from a form's action, and after re-authentication.
import 'server-only'
import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { commands } from '#lib/commands.ts'
import { type Actor, type AnyCommand, execute, type Outcome, schemaOf } from '#lib/core/command.ts'
import { orNotSaved } from '#lib/core/not-saved.ts'
import type { PendingCommand } from '#lib/core/pending-commands.ts'
import { ok } from '#lib/core/result.ts'
import { can } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { isScriptWithoutCookies } from '../cookies/cookie-check.ts'
import { readHeld } from '../cookies/held.ts'
import { type MailedPath, readMailedSecret } from '../cookies/mailed-secret.ts'
import { readToken } from '../guards/current-session.ts'
import { requirePermission, requireRole, requireUser, type SignedIn } from '../guards/current-user.ts'
import { readLoginClient } from '../login-client.ts'
import { refusalQuery } from '../responses/refusal-query.ts'
import { type CommandPages, commandPages, type WebCommandName } from './command-pages.ts'
import { readForm, readVisitorForm } from './form.ts'
import { isSecretField } from './form-fields.ts'
import type { FormAction } from './form-state.ts'

/** Creates an action: guard, form, command, then the next page or the form again. */
export function action(name: WebCommandName): FormAction {
  const command: AnyCommand = commands[name]
  const pages: CommandPages<never, never> = commandPages[name]
  return async (_previous, posted) => {
    const app = await services()
    const signedIn = command.permission === 'anyone' ? null : await requireActor(command, pages.path)
    const actor = await (signedIn === null ? visitorOf(pages.mailed) : actorOf(signedIn))
    const schema = await schemaOf(command, actor, app)
    const form = await (signedIn === null
      ? readVisitorForm(posted, schema, pages.mailed)
      : readForm(posted, schema, signedIn.session))
    if (!form.ok) return form.state
    if (pages.beginsSession && (await isScriptWithoutCookies())) return form.refuse({ code: 'cookies_off' })

    const outcome = await orNotSaved(execute(command, actor, form.texts, app))
    if (!outcome.ok && outcome.code === 'reauthentication_required' && signedIn !== null) {
      const path = pathOf(name, form.value)
      // A password or code must not be stored: the user enters it again.
      if (Object.keys(schema.shape).some(isSecretField)) redirect(`/confirm?${new URLSearchParams({ next: path })}`)
      const keeping = app.pendingCommands.keep(signedIn.session.id, { name, input: form.texts })
      const kept = await orNotSaved(keeping.then((act) => ok(act)))
      if (!kept.ok) redirect(await pathAfter(name, form.value, kept))
      redirect(`/confirm?${new URLSearchParams({ next: path, act: kept.value })}`)
    }
    if (!outcome.ok && pages.staysInForm && !['not_allowed', 'person_gone'].includes(outcome.code)) {
      const elsewhere = await pages.refusedAt?.(outcome.code)
      if (elsewhere) redirect(elsewhere)
      return form.refuse((await pages.refusal?.(outcome)) ?? outcome)
    }
    redirect(await pathAfter(name, form.value, outcome))
  }
}

/** Returns the next page. The password was just checked, so nothing is asked again, and a refusal goes into the URL. */
export async function resume(pending: PendingCommand, by: SignedIn): Promise<string> {
  const { name, input } = pending
  if (!isOnPages(name)) return '/security?undone=lapsed'
  const command: AnyCommand = commands[name]
  const outcome = await orNotSaved(execute(command, await actorOf(by), input, await services()))
  const parsed = command.input.safeParse(input)
  return parsed.success ? pathAfter(name, parsed.data, outcome) : '/security?undone=lapsed'
}

/** The logged-in user, even while impersonating another. */
export async function actorOf({ user, impersonation, session }: SignedIn): Promise<Actor> {
  const { id, role } = impersonation?.admin ?? user
  return { id, role, session, isImpersonating: impersonation !== null, ...(await readBrowser()) }
}

async function visitorOf(mailed: MailedPath | undefined): Promise<Actor> {
  const secret = mailed && (await readMailedSecret(mailed))
  return {
    ...(await readBrowser()),
    ...(secret && { secret }),
    id: '',
    role: null,
    session: null,
    isImpersonating: false,
  }
}

async function readBrowser(): Promise<Pick<Actor, 'by' | 'client' | 'presented' | 'held'>> {
  const client = await readLoginClient()
  const { token: presented } = await readToken(await cookies(), await services())
  return { by: client.by, client, presented, held: await readHeld() }
}

/** Users who are no administrators get 404 for an administrator's form. */
function requireActor({ permission }: AnyCommand, path: string) {
  if (permission === 'signed-in' || permission === 'operator' || permission === 'anyone') return requireUser(path)
  return can({ role: 'member' }, permission) ? requirePermission(permission, path) : requireRole('admin', path)
}

async function pathAfter(
  name: WebCommandName,
  input: unknown,
  outcome: Outcome | { ok: false; code: string },
): Promise<string> {
  const pages: CommandPages<unknown, unknown> = commandPages[name] as never
  if (outcome.ok) return pages.next(outcome.value, input)
  const path = pathOf(name, input)
  const isOwn = !path.startsWith('/admin/')
  if (outcome.code === 'not_allowed') return '/not-allowed'
  // Redirect instead of showing the form, which may need the same failing store.
  if (outcome.code === 'not_saved') return withQuery(isOwn ? '/security' : path, 'undone=unsaved')
  if (outcome.code === 'person_gone' && isOwn) return '/login?reason=ended'
  return pages.refused ?? withQuery(path, `${refusalQuery(outcome)}`)
}

function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}

function pathOf(name: WebCommandName, input: unknown): string {
  const { path, pathFor }: CommandPages<unknown, unknown> = commandPages[name] as never
  return pathFor?.(input) ?? path
}

function isOnPages(name: string): name is WebCommandName {
  return Object.hasOwn(commandPages, name)
}
