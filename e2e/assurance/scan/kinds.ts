// Every kind of answer of the site: who gets it, and which part of the program writes it.
import { Client } from '#e2e/support/client.ts'
import { readPage } from '#e2e/support/page-markup.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { evaluatePolicies, type Kinds, repeatedNonce } from './csp.ts'
import type { Report } from './finding.ts'
import { type People, visitor } from './people.ts'

export async function evaluateSite(server: TestServer, { member, admin }: People): Promise<Report> {
  const outsider = new Client(server.url)
  const kinds = await readKinds(outsider, await visitor(server, member)(), await visitor(server, admin)())
  const [first, second] = [await outsider.open('/login'), await outsider.open('/login')]
  const findings = [...evaluatePolicies(kinds), ...repeatedNonce(first, second)]
  return {
    tool: 'csp_evaluator',
    lookedAt: Object.keys(kinds).join(', '),
    requests: Object.keys(kinds).length + 2,
    figures: `complaints: ${findings.length}`,
    findings,
  }
}

async function readKinds(outsider: Client, member: Client, admin: Client): Promise<Kinds> {
  const login = await outsider.open('/login')
  const script = readPage(login.text).files.find((file) => file.endsWith('.js')) ?? ''
  return {
    'a visitor’s page': login,
    'a member’s page': await member.open('/profile'),
    'an admin’s page': await admin.open('/admin/users'),
    'the page for what is missing': await member.open('/nowhere'),
    'a redirect': await outsider.open('/profile'),
    'a handler': await outsider.fetch('/api/session'),
    'a file': await outsider.open(script),
    'a refusal': await outsider.send({ method: 'POST', path: '/login', headers: { origin: 'https://evil.test' } }),
    'a refusal before Next': await outsider.send({ method: 'TRACE', path: '/login' }),
  }
}
