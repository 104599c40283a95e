// Sends what was drawn for a form in the name of whoever plays the part.
import { findActionId } from '#e2e/support/build-manifests.ts'
import { readForms } from '#e2e/support/form-markup.ts'
import type { Actor } from './cast.ts'
import type { FormTarget } from './forms.ts'
import { expectHarmless, sendTo } from './judge.ts'
import { createPart } from './part.ts'
import type { FormPlan } from './plan.ts'
import { hiddenFieldsOf, toRequest } from './request.ts'
import type { FuzzedSite } from './site.ts'
import type { Figures } from './tally.ts'
import type { Known } from './values.ts'

export interface Player {
  play(plan: FormPlan): Promise<void>
}

export function createPlayer(site: FuzzedSite, action: string, target: FormTarget, figures: Figures): Player {
  const actionId = findActionId(action)
  const isAdmins = action.startsWith('app/(admin)') || action.startsWith('app/look')
  const isVisitors = action.startsWith('app/(visitor)') || action.startsWith('app/theme')
  const part = createPart(site, { ...target, isVisitors })
  /** The form's hidden fields and for whom they were shown. */
  let found: { actor: Actor; hidden: [string, string][] } | null = null

  async function findHidden(actor: Actor, page: string): Promise<[string, string][]> {
    if (found?.actor !== actor) found = { actor, hidden: await readHidden(actor, page) }
    return found.hidden
  }

  /** As the page shows them now; for a page without its form, what any form of this person has. */
  async function readHidden({ client }: Actor, page: string): Promise<[string, string][]> {
    const formsOf = async (path: string) => readForms((await client.copy().open(path)).text)
    const form = (await formsOf(page)).find(({ hidden }) => hidden.some((field) => field.join().includes(actionId)))
    if (form !== undefined) return form.hidden
    const another = isVisitors ? undefined : (await formsOf('/profile/edit')).at(-1)
    const tokens = another?.hidden.filter(([name]) => !name.startsWith('$ACTION')) ?? []
    return [...hiddenFieldsOf(actionId), ...tokens]
  }

  return {
    async play(plan) {
      await site.gate.through(async () => {
        const actor = await part.take()
        if (action.endsWith('#changeRole')) site.mayHaveAnyRole.add(actor.known.subject ?? '')
        const page = target.page(actor)
        const hidden = await findHidden(actor, page)
        const shown = new Map(hidden)
        const resolve = (name: Known): string => {
          // What an admin does to a bystander would be no fault.
          if (name === 'bystanderId' && isAdmins) return actor.known.subject ?? 'x'
          if (name === 'shown') return shown.get('id') ?? actor.known.subject ?? 'x'
          return actor.known[name] ?? site.known[name] ?? 'x'
        }
        const { origin } = actor.client
        const request = toRequest(plan, { origin, page, pages: site.pages, actionId, hidden, resolve })
        const client = part.clientFor(plan.cookie, actor.client)
        const before = client.cookies.get('session')
        const answer = await sendTo(client, request)
        if (answer === null) return
        figures.count(answer)
        expectHarmless(answer, request, site, { isAdmin: isAdmins && plan.cookie === 'own' })
        if (client !== actor.client) return
        // A form may be bound to the session that it was shown in.
        if (client.cookies.get('session') !== before) found = null
        part.judge(answer)
      })
    },
  }
}
