// Crawls the whole site without JavaScript in each role, and evaluates the content security policy of its answers. `npm
// run scan` does the same, with more tools.

import { readExplanations } from '#e2e/assurance/scan/explanations.ts'
import { evaluateSite } from '#e2e/assurance/scan/kinds.ts'
import { settlePeople } from '#e2e/assurance/scan/people.ts'
import { walkSite } from '#e2e/assurance/scan/walk.ts'
import { expect, test } from '#e2e/fixtures.ts'

test.describe('a scan', { tag: '@json' }, () => {
  test('finds every link and button working without JavaScript', async ({ startOwnServer }) => {
    const server = await startOwnServer()
    const { findings } = await walkSite(server, await settlePeople(server))
    expect(findings).toEqual([])
  })

  test('finds a strong content security policy on each kind of answer [V3.4.3, T12]', async ({ startOwnServer }) => {
    const server = await startOwnServer()
    const { findings } = await evaluateSite(server, await settlePeople(server))
    const explained = readExplanations()
    expect(findings.filter(({ name }) => !explained.has(name))).toEqual([])
  })
})
