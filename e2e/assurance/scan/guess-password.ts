// Whether a password can be guessed: it must be with rate limits off, or the test is broken, and must not be with them
// on.
import { Client } from '#e2e/support/client.ts'
import { capture } from './captured.ts'
import { runFfuf } from './ffuf.ts'
import { type Finding, merge, type Report } from './finding.ts'
import { settlePeople } from './people.ts'
import { withSite } from './site.ts'
import { fileFor } from './tools.ts'
import { passwordsToGuess } from './word-lists.ts'

const guesses = 60
/**
 * With rate limits, guesses are compared after 1, 2, 4, 8 and 16 s, until the address has used its ten in ten minutes.
 * At this pace that happens before the last guess, which could otherwise be compared by luck.
 */
const pauseSeconds = 0.9

export function guessPassword(limits: boolean): Promise<Report> {
  return withSite({ limits }, async ({ server, proxy, faults }) => {
    const { member } = await settlePeople(server)
    const words = passwordsToGuess(guesses, member.password)
    const fields = { username: member.username, password: 'FUZZ' }
    const written = await capture(new Client(server.url), { path: '/login', button: 'Log in', fields })
    proxy.reset()
    const label = `ffuf log-in ${limits ? 'throttled' : 'control'}`
    const pace = limits ? ['-t', '1', '-p', String(pauseSeconds)] : ['-t', '2']
    const captured = ['-request', fileFor(`${label}.request`, written), '-request-proto', 'http']
    const hits = await runFfuf(label, words, [...captured, '-mc', '303', ...pace])
    const isFound = hits.some(({ input }) => input.FUZZ === member.password)
    return {
      tool: `ffuf log-in, ${limits ? 'throttled' : 'control'}`,
      lookedAt: `${guesses} passwords of one person, the right one last: ${isFound ? 'found' : 'not found'}`,
      requests: proxy.requests(),
      figures: proxy.answers(),
      findings: merge([...judge(limits, isFound, proxy.count(429)), ...faults()]),
    }
  })
}

function judge(limits: boolean, isFound: boolean, throttled: number): Finding[] {
  const names: string[] = []
  if (!limits && !isFound) names.push('ffuf: control: the right password was not found')
  if (limits && isFound) names.push('ffuf: a password can be guessed')
  if (limits && throttled === 0) names.push('ffuf: guessing is not throttled')
  return names.map((name) => ({ name, detail: `${guesses} guesses` }))
}
