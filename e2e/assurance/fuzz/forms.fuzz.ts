// Posts every form of the site in every wrong way, and in the right one.
import { afterAll, beforeAll, describe, test } from 'vitest'
import { firstAdmin } from '#e2e/support/admin.ts'
import { readForms } from '#e2e/support/form-markup.ts'
import type { Actor } from './actors.ts'
import { createCurrentActor } from './current-actor.ts'
import { type FormTarget, forms, setUpForm } from './forms.ts'
import { expectHarmless, sendTo } from './judge.ts'
import { type FormPlan, formPlan } from './plan.ts'
import { holdsFor } from './property.ts'
import { hiddenFieldsOf, toRequest } from './request.ts'
import { type FuzzedSite, leadsTo, openSite } from './site.ts'
import { createFigures } from './stats.ts'
import type { Known } from './values.ts'

let site: FuzzedSite

describe('for any POST, the site answers below 500 and no user loses anything [V15.3.3, V15.3.6, T11, T26]', () => {
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  test.concurrent.each(forms.map((target) => [target.action.export, target] as const))('%s', (_name, target) =>
    tryForm(target),
  )
})

describe('while there is no admin, nobody becomes one without the link [T29]', () => {
  beforeAll(async () => {
    site = await openSite({ withAdmin: false })
  })
  afterAll(() => site.close())

  test(setUpForm.action.export, async () => {
    await tryForm(setUpForm)
    // And with the link, a user does.
    await firstAdmin(site.server)
  })
})

async function tryForm({ action: { id, name, export: action }, ...target }: FormTarget): Promise<void> {
  const isAdmins = name.startsWith('app/(admin)') || name.startsWith('app/impersonation')
  const isVisitors = name.startsWith('app/(visitor)') || name.startsWith('app/theme')
  const figures = createFigures()
  const current = createCurrentActor(site, { ...target, isVisitors })
  /** The form's hidden fields and the user they were shown to. */
  let found: { actor: Actor; hidden: [string, string][] } | null = null

  /** As the page shows them now; for a page without its form, the fields of any form of this user. */
  async function readHidden({ client }: Actor, page: string): Promise<[string, string][]> {
    const formsOf = async (path: string) => readForms((await client.copy().open(path)).text)
    const form = (await formsOf(page)).find(({ hidden }) => hidden.some((field) => field.join().includes(id)))
    if (form !== undefined) return form.hidden
    const another = isVisitors ? undefined : (await formsOf('/profile/edit')).at(-1)
    const tokens = another?.hidden.filter(([field]) => !field.startsWith('$ACTION')) ?? []
    return [...hiddenFieldsOf(id), ...tokens]
  }

  async function post(plan: FormPlan): Promise<void> {
    const actor = await current.take()
    if (action.startsWith('changeRole')) site.mayHaveAnyRole.add(actor.known.subject ?? '')
    const page = target.page(actor)
    if (found?.actor !== actor) found = { actor, hidden: await readHidden(actor, page) }
    const { hidden } = found
    const shown = new Map(hidden)
    const resolve = (known: Known): string => {
      // An admin's changes to a bystander are allowed.
      if (known === 'bystanderId' && isAdmins) return actor.known.subject ?? 'x'
      if (known === 'shown') return shown.get('id') ?? actor.known.subject ?? 'x'
      return actor.known[known] ?? site.known[known] ?? 'x'
    }
    const { origin } = actor.client
    const request = toRequest(plan, { origin, page, pages: site.pages, actionId: id, hidden, resolve })
    const client = current.clientFor(plan.cookie, actor.client)
    const before = client.cookies.get('session')
    const answer = await sendTo(client, request)
    if (answer === null) return
    if (action === 'addPerson') site.mayHaveAnyRole.add(/^\/admin\/users\/(\w+)/.exec(leadsTo(answer) ?? '')?.[1] ?? '')
    figures.count(answer)
    expectHarmless(answer, request, site, { isAdmin: isAdmins && plan.cookie === 'own' })
    if (client !== actor.client) return
    // A form may be bound to its session.
    if (client.cookies.get('session') !== before) found = null
    current.judge(answer)
  }

  try {
    const plans = formPlan(target.fields, { seldom: target.spent !== undefined })
    await holdsFor(action, plans, { one: (plan) => site.barrier.through(() => post(plan)), look: site.expectSound })
  } finally {
    figures.write(action)
  }
}
