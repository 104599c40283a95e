// Guesses paths, logged out and logged in.
import { readRoutes } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { isPublicRoute } from '#lib/web/guards/public-routes.ts'
import { type Hit, runFfuf } from './ffuf.ts'
import { type Finding, merge, type Report } from './finding.ts'
import { settlePeople, visitor } from './people.ts'
import { withSite } from './site.ts'
import { pathsToGuess } from './word-lists.ts'

export function guessPaths(who: 'signed out' | 'member'): Promise<Report> {
  return withSite({}, async ({ server, proxy, faults }) => {
    const { member } = await settlePeople(server)
    const client = who === 'signed out' ? new Client(server.url) : await visitor(server, member)()
    const words = pathsToGuess()
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    proxy.reset()
    const options = ['-u', `${proxy.origin}/FUZZ`, '-mc', 'all', '-t', '8', ...(cookie && ['-b', cookie])]
    const answers = await runFfuf(`ffuf paths ${who}`, words, options)
    const hits = answers.filter((answer) => !isUnknown(answer)).map(({ input }) => `/${input.FUZZ}`)
    const known = new Set(readRoutes().map((route) => route.path))
    const mayBe = (where: string) => isPublicRoute(where) || (who !== 'signed out' && known.has(where))
    const findings = hits
      .filter((where) => !mayBe(where))
      .map((where): Finding => ({ name: `ffuf, ${who}: ${where} is there`, detail: '' }))
    if (!hits.includes('/login')) findings.push({ name: `ffuf, ${who}: the control /login was not found`, detail: '' })
    // ffuf 1.1 loses a few of its results when it writes them.
    if (proxy.requests() < words.length || answers.length < words.length * 0.99) {
      findings.push({ name: `ffuf, ${who}: not all paths were tried`, detail: `${answers.length} of ${words.length}` })
    }
    return {
      tool: `ffuf paths, ${who}`,
      lookedAt: `${words.length.toLocaleString('en')} paths; found: ${hits.toSorted().join(' ')}`,
      requests: proxy.requests(),
      figures: proxy.answers(),
      findings: merge([...findings, ...faults()]),
    }
  })
}

/** The answers to a missing path: 404, a redirect to its canonical spelling, or to log in. */
function isUnknown({ status, redirectlocation }: Hit): boolean {
  return [308, 400, 404].includes(status) || (status === 303 && redirectlocation.startsWith('/login?'))
}
