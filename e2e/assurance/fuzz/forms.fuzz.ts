// Every form of the site, posted in every way but the right one, and in that one too.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstAdmin } from '#e2e/support/admin.ts'
import { readActions } from '#e2e/support/build-manifests.ts'
import { type FormTarget, forms, setUpForm } from './forms.ts'
import { formPlan } from './plan.ts'
import { createPlayer } from './player.ts'
import { holdsFor } from './property.ts'
import { type FuzzedSite, openSite } from './site.ts'
import { createFigures } from './tally.ts'

let site: FuzzedSite

async function tryForm(action: string, target: FormTarget): Promise<void> {
  const figures = createFigures()
  const player = createPlayer(site, action, target, figures)
  try {
    const plans = formPlan(target.fields, { seldom: target.spent !== undefined })
    await holdsFor(nameOf(action), plans, { one: player.play, look: site.expectSound })
  } finally {
    figures.write(nameOf(action))
  }
}

test('every action of the build is tried', () => {
  const built = readActions().map(({ name }) => name)
  expect([...Object.keys(forms), setUpForm[0]].toSorted()).toEqual(built.toSorted())
})

describe('whatever is posted, the site answers below 500 and everybody keeps what is theirs [V15.3.3, V15.3.6, T11, T26]', () => {
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  test.concurrent.each(Object.entries(forms).map(([action, target]) => [nameOf(action), action, target] as const))(
    '%s',
    (_name, action, target) => tryForm(action, target),
  )
})

describe('while there is no admin, nobody becomes one without the link [T29]', () => {
  beforeAll(async () => {
    site = await openSite({ withAdmin: false })
  })
  afterAll(() => site.close())

  test(nameOf(setUpForm[0]), async () => {
    await tryForm(...setUpForm)
    // And with the link, somebody does.
    await firstAdmin(site.server)
  })
})

function nameOf(action: string): string {
  return action.replace(/^.*#/, '')
}
