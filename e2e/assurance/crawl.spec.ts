// The whole site with JavaScript off, by whoever may walk it, and the content security policy of what it answers. The
// same as in `npm run scan`, where more tools follow.

import { readExplanations } from '#e2e/assurance/scan/explanations.ts'
import { evaluateSite } from '#e2e/assurance/scan/kinds.ts'
import { settlePeople } from '#e2e/assurance/scan/people.ts'
import { walkSite } from '#e2e/assurance/scan/walk.ts'
import { expect, test } from '#e2e/fixtures.ts'

test.describe('a scan', { tag: '@json' }, () => {
  test('finds every link and button at work with JavaScript off', async ({ startOwnServer }) => {
    const server = await startOwnServer()
    const { findings } = await walkSite(server, await settlePeople(server))
    expect(findings).toEqual([])
  })

  test('finds a content security policy that holds on each kind of answer [V3.4.3, T12]', async ({
    startOwnServer,
  }) => {
    const server = await startOwnServer()
    const { findings } = await evaluateSite(server, await settlePeople(server))
    const explained = readExplanations()
    expect(findings.filter(({ name }) => !explained.has(name))).toEqual([])
  })
})
