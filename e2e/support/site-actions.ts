// Every server action of the build as its form posts it. Fields and permissions come from the registry of
// commands; nothing here names an action that runs a command.
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
  /** What stands behind the `#` of the name. */
  export: string
  /** Null for the few that are functions of their own. */
  command: AnyCommand | null
  /** The form, with the fields that it has to carry. */
  schema: z.ZodObject
  fields: Fields
}

/** Of the actions that run no command by their name. */
const functionSchemas: Record<string, z.ZodObject> = {
  confirm: confirmSchema,
  chooseTheme: z.object({ theme: z.string() }),
}

const password = 'Lantern under the bridge 47'
/** What each field holds, so that an unguarded action would find what it wants. */
const values: Record<string, string> = {
  id: 'sentinel',
  fullName: 'Written by nobody',
  bio: '',
  age: '7',
  email: 'sentinel@example.org',
  code: '12345678',
  role: 'admin',
  reason: 'none',
  lastDay: '',
  theme: 'dark',
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

/** Where the form of an action is found: the page beside it, or one that shows it. */
export function pageOf({ name, export: action }: SiteAction, userId: string): string {
  const [file = ''] = name.split('#')
  if (/^app\/(theme|impersonation)\//.test(file)) return '/profile'
  const page = `/${file.replace(/^app\/|\([^)]*\)\/|\/actions\.ts$/g, '')}`
  const ownPages: Record<string, string> = { suspend: '/suspend', viewAs: '/look', deletePerson: '/delete' }
  return page === '/admin/users' ? `${page}/${userId}${ownPages[action] ?? ''}` : page
}

/** A form for this action, without the page that shows it. The hidden fields are as React writes them. */
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
