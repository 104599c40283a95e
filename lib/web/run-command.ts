// Runs commands over the web: from a form's action, and after re-authentication.
import 'server-only'
import { redirect } from 'next/navigation'
import { commands } from '#lib/commands.ts'
import { type Actor, type AnyCommand, execute, type Outcome } from '#lib/core/command.ts'
import type { PendingCommand } from '#lib/core/pending-commands.ts'
import { ok } from '#lib/core/result.ts'
import { can } from '#lib/core/roles/permissions.ts'
import { services } from '#lib/services.ts'
import { type CommandPages, commandPages, type WebCommandName } from './command-pages.ts'
import { requirePermission, requireRole, requireUser, type SignedIn } from './current-user.ts'
import { readForm } from './form.ts'
import type { FormAction } from './form-state.ts'
import { orNotSaved } from './not-saved.ts'
import { refusalQuery } from './refusal-query.ts'
import { readRequestInfo } from './request-info.ts'

/** Creates an action: guard, form, command, then the next page or the form again. */
export function action(name: WebCommandName): FormAction {
  const command: AnyCommand = commands[name]
  const { path, staysInForm }: CommandPages<never, never> = commandPages[name]
  return async (_previous, posted) => {
    const signedIn = await requireActor(command, path)
    const form = await readForm(posted, command.input, signedIn.session)
    if (!form.ok) return form.state

    const app = await services()
    const outcome = await orNotSaved(execute(command, await actorOf(signedIn), form.texts, app))
    if (!outcome.ok && outcome.code === 'reauthentication_required') {
      const keeping = app.pendingCommands.keep(signedIn.session.id, { name, input: form.texts })
      const kept = await orNotSaved(keeping.then((act) => ok(act)))
      if (!kept.ok) redirect(await pathAfter(name, form.value, kept))
      redirect(`/confirm?${new URLSearchParams({ next: pathOf(name, form.value), act: kept.value })}`)
    }
    if (!outcome.ok && staysInForm && !['not_allowed', 'person_gone'].includes(outcome.code))
      return form.refuse(outcome)
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
async function actorOf({ user, impersonation, session }: SignedIn): Promise<Actor> {
  const { id, role } = impersonation?.admin ?? user
  return { id, role, session, isImpersonating: impersonation !== null, by: await readRequestInfo() }
}

/** Users who are no administrators get 404 for an administrator's form. */
function requireActor({ permission }: AnyCommand, path: string) {
  if (permission === 'signed-in' || permission === 'operator') return requireUser(path)
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
  if (outcome.code === 'not_saved') return `${isOwn ? '/security' : path}?undone=unsaved`
  if (outcome.code === 'person_gone' && isOwn) return '/login?reason=ended'
  return pages.refused ?? `${path}?${refusalQuery(outcome)}`
}

function pathOf(name: WebCommandName, input: unknown): string {
  const { path, pathFor }: CommandPages<unknown, unknown> = commandPages[name] as never
  return pathFor?.(input) ?? path
}

function isOnPages(name: string): name is WebCommandName {
  return Object.hasOwn(commandPages, name)
}
