// Runs sqlmap on the forms' requests, on each SQL store. First runs it on an injectable endpoint with the same options,
// so that "nothing found" means something.
import { Client } from '#e2e/support/client.ts'
import { encodeMultipart } from '#e2e/support/form-body.ts'
import type { Person } from '#e2e/support/person.ts'
import { type Captured, capture, request } from './captured.ts'
import { type Finding, merge, type Report } from './finding.ts'
import { openInjectable } from './injectable.ts'
import { settlePeople, visitor } from './people.ts'
import { type Site, withSite } from './site.ts'
import { fileFor, folderFor, runTool } from './tools.ts'

const withinMs = 150_000

interface Target extends Captured {
  name: string
  as: 'signed out' | 'member' | 'admin'
  /** The attacked fields, in one run. */
  attacked: string[]
}

const targets = ({ username, password }: Person): Target[] => [
  {
    name: 'log-in',
    as: 'signed out',
    path: '/login',
    button: 'Log in',
    fields: { username, password, next: '/profile' },
    attacked: ['username', 'password', 'next'],
  },
  {
    name: 'sign-up',
    as: 'signed out',
    path: '/signup',
    button: 'Sign up',
    // A taken username, so that no run creates a user.
    fields: { username, password, confirmPassword: password },
    attacked: ['username'],
  },
  {
    name: 'forgotten password',
    as: 'signed out',
    path: '/forgot-password',
    button: 'Send link',
    fields: { email: username },
    attacked: ['email'],
  },
  {
    name: 'profile',
    as: 'member',
    path: '/profile/edit',
    button: 'Save profile',
    fields: { fullName: 'Ada', bio: 'First', age: '36' },
    attacked: ['fullName', 'bio', 'age'],
  },
  {
    name: 'search for people',
    as: 'admin',
    path: '/admin/users',
    button: null,
    fields: { search: 'a', role: '', state: '', order: 'username' },
    attacked: ['search', 'role', 'state', 'order'],
  },
]

export function runSqlmap(store: 'sqlite' | 'postgres', names: string[]): Promise<Report> {
  const dbms = store === 'sqlite' ? 'SQLite' : 'PostgreSQL'
  return withSite({ store }, async (site) => {
    const people = await settlePeople(site.server)
    site.proxy.reset()
    const findings: Finding[] = []
    for (const target of targets(people.member).filter(({ name }) => names.includes(name))) {
      const client =
        target.as === 'signed out' ? new Client(site.server.url) : await visitor(site.server, people[target.as])()
      const written = await capture(client, target)
      findings.push(...(await attack(`sqlmap ${dbms} ${target.name}`, written, target.attacked, dbms)))
      if (target.as !== 'signed out' && !(await client.isSignedIn())) {
        findings.push({ name: `sqlmap: the session ended on the way: ${target.name}`, detail: dbms })
      }
    }
    return reportOf(site, dbms, names, findings)
  })
}

/** Adds a finding when sqlmap missed the injectable endpoint. */
export async function runControl(): Promise<Report> {
  await using injectable = await openInjectable()
  const { body, headers } = encodeMultipart([['username', 'ada']])
  const written = request('POST', '/', injectable.origin, { 'Content-Type': headers['content-type'] }, String(body))
  const attacked = await attack('sqlmap control', written, ['username'], 'SQLite')
  const isFound = attacked.some(({ name }) => name === 'sqlmap control: username is injectable')
  return {
    tool: 'sqlmap, control',
    lookedAt: 'a field made to be injected, in a multipart form',
    requests: injectable.requests(),
    figures: isFound ? 'found, as it must be' : 'not found',
    findings: isFound ? [] : [{ name: 'sqlmap: control not found', detail: 'see sqlmap control.txt' }],
  }
}

function reportOf({ proxy, faults }: Site, dbms: string, names: string[], findings: Finding[]): Report {
  return {
    tool: `sqlmap, ${dbms}`,
    lookedAt: names.join(', '),
    requests: proxy.requests(),
    figures: proxy.answers(),
    findings: merge([...findings, ...faults()]),
  }
}

async function attack(label: string, written: string, fields: string[], dbms: string): Promise<Finding[]> {
  const args = ['-r', fileFor(`${label}.request`, written), '-p', fields.join(','), '--dbms', dbms]
  args.push('--batch', '--ignore-stdin', '--disable-coloring', '--flush-session', '--output-dir', folderFor('sqlmap'))
  // Level 2 of 5 and risk 2 of 3; delays of a second, because nothing else delays an answer that long.
  args.push('--level', '2', '--risk', '2', '--time-sec', '2', '--timeout', '10', '--retries', '1', '--threads', '4')
  // A successful log-in must not change the session.
  args.push('--skip-waf', '--drop-set-cookie', '--ignore-code', '401', '--answers', 'follow=N')
  const { code, output } = await runTool(label, 'sqlmap', args, { withinMs })
  const injectable = [...output.matchAll(/^Parameter: (?:MULTIPART )?(\S+)/gm)].map(([, field]) => field)
  if (injectable.length > 0) {
    return injectable.map((field) => ({ name: `${label}: ${field} is injectable`, detail: `see ${label}.txt` }))
  }
  const isWhole = code === 0 && /all tested parameters do not appear to be injectable/.test(output)
  return isWhole ? [] : [{ name: `${label}: did not come to its end`, detail: output.slice(-300) }]
}
