// Every server action of the build as its form posts it. Fields and permissions come from the registry of commands; no
// command is named here.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type BuiltAction, readActions } from '#e2e/support/build-manifests.ts'
import type { Fields } from '#e2e/support/form-body.ts'
import type { FormMarkup } from '#e2e/support/form-markup.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { confirmSchema } from '#lib/auth/forms.ts'
import { commands, isCommandName } from '#lib/commands.ts'
import type { AnyCommand } from '#lib/core/command.ts'

export interface SiteAction extends BuiltAction {
  /** The name behind `#`. */
  export: string
  /** Null for the few that are separate functions. */
  command: AnyCommand | null
  /** The form with its required fields. */
  schema: z.ZodObject
  fields: Fields
}

/** By name, the actions that run no command. */
const functionSchemas: Record<string, z.ZodObject> = {
  confirm: confirmSchema,
  chooseTheme: z.object({ theme: z.string() }),
  chooseTimeZone: z.object({ timeZone: z.string() }),
}

const password = 'Lantern under the bridge 47'
/** A value for each field that an unguarded action would accept. */
const values: Record<string, string> = {
  id: 'sentinel',
  ids: 'sentinel',
  fullName: 'Written by nobody',
  bio: '',
  age: '7',
  email: 'sentinel@example.org',
  code: '12345678',
  role: 'admin',
  reason: 'none',
  lastDay: '',
  theme: 'dark',
  timeZone: 'Asia/Tokyo',
  currentPassword: 'Sentinel over the quay',
  password,
  confirmPassword: password,
}

export function readSiteActions(): SiteAction[] {
  return readActions().map((built) => {
    const [file = '', name = ''] = built.name.split('#')
    const command = commandOf(file, name)
    const schema = command?.input ?? functionSchemas[name]
    if (schema === undefined) throw new Error(`${built.name} runs no command and has no schema here`)
    const asked = Object.entries<z.core.$ZodType>(schema.shape).filter(([, field]) => !(field instanceof z.ZodOptional))
    const fields = asked.map(([field]) => [field, values[field] ?? 'sentinel'] as const)
    return { ...built, export: name, command, schema, fields }
  })
}

export function siteAction(name: string): SiteAction {
  const action = readSiteActions().find((known) => known.export === name)
  if (action === undefined) throw new Error(`The build has no action ${name}`)
  return action
}

/** The page of an action's form: the page beside it, or one that shows it. */
export function pageOf({ name, export: action }: SiteAction, userId: string): string {
  const [file = ''] = name.split('#')
  if (file.startsWith('app/theme/')) return '/account'
  if (file.startsWith('app/impersonation/')) return '/profile'
  const page = `/${file.replace(/^app\/|\([^)]*\)\/|\/actions\.ts$/g, '')}`
  const acts: Record<string, string> = { suspendSeveral: 'suspend', endSessionsOfSeveral: 'sessions' }
  if (page === '/admin/users/selected') return `${page}?act=${acts[action] ?? 'role'}&id=${userId}`
  const ownPages: Record<string, string> = { suspend: '/suspend', viewAs: '/look', deletePerson: '/delete' }
  return page === '/admin/users' ? `${page}/${userId}${ownPages[action] ?? ''}` : page
}

/** A form for this action without its page. The hidden fields are like React's. */
export function actionForm(actionId: string): FormMarkup {
  return {
    action: '',
    isMultipart: true,
    hidden: [
      ['$ACTION_REF_1', ''],
      ['$ACTION_1:0', JSON.stringify({ id: actionId, bound: '$@1' })],
      ['$ACTION_1:1', JSON.stringify([{ values: {}, errors: {}, alert: null }])],
      ['$ACTION_KEY', 'k0123456789abcdef0123456789abcdef'],
    ],
  }
}

function commandOf(file: string, action: string): AnyCommand | null {
  const source = readFileSync(path.join(projectDir, file), 'utf8')
  const [, name = ''] = new RegExp(`export const ${action} = action\\('([\\w.-]+)'\\)`).exec(source) ?? []
  return isCommandName(name) ? commands[name] : null
}
