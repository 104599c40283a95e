// wapiti: crawls and attacks each URL and form with common web attacks.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Client } from '#e2e/support/client.ts'
import { type Finding, merge, plainPath, type Report } from './finding.ts'
import { settlePeople, visitor } from './people.ts'
import { type Site, withSite } from './site.ts'
import { fileFor, outputFolder, runTool } from './tools.ts'

/** All but `ssrf` and `xxe`, which need a host on the internet, and the path guessers, which ffuf covers. */
const modules = [
  ...['sql', 'blindsql', 'xss', 'permanentxss', 'file', 'exec', 'crlf', 'redirect', 'shellshock'],
  ...['csrf', 'cookieflags', 'csp', 'http_headers', 'htaccess', 'methods', 'backup'],
]

const crawlSeconds = 40
const secondsOfEach = 12
const withinMs = 200_000

/**
 * Paths that would end or change the scan's session, and built files, for which wapiti invents fields and wastes time.
 * The proxy blocks them, because wapiti's own option fails on Debian's Python. An admin could end all their sessions
 * from the page about themselves.
 */
function leftAlone(userId: string): RegExp {
  return new RegExp(`^/(logout|security/delete|admin/users/([^/]+/look|${userId})|_next/static)\\b`)
}

interface WapitiEntry {
  method: string
  path: string
  info: string
  parameter: string
}

export async function runWapiti(who: 'signed out' | 'member' | 'admin'): Promise<Report> {
  return withSite({}, async (site) => {
    const people = await settlePeople(site.server)
    const client = who === 'signed out' ? null : await visitor(site.server, people[who])()
    const session = await client?.readSession()
    site.proxy.keepBack(leftAlone(session?.user.id ?? 'nobody'))
    site.proxy.translateForms()
    site.proxy.reset()
    const found = await attack(site, `wapiti ${who}`, client)
    if (client !== null && !(await client.isSignedIn())) {
      found.push({
        name: `wapiti: the session of the ${who} ended on the way`,
        detail: 'what came after was signed out',
      })
    }
    return {
      tool: `wapiti, ${who}`,
      lookedAt: `${modules.length} modules on every link and form`,
      requests: site.proxy.requests(),
      figures: site.proxy.answers(),
      findings: merge([...found, ...site.faults()]),
    }
  })
}

async function attack({ proxy }: Site, label: string, client: Client | null): Promise<Finding[]> {
  const report = path.join(outputFolder, `${label}.json`)
  const { host } = new URL(proxy.origin)
  const args = ['-u', `${proxy.origin}/`, '-m', modules.join(','), '-f', 'json', '-o', report, '--flush-session']
  args.push('--scope', 'domain', '-d', '6', '-S', 'normal', '-v', '1', '-t', '10', '--no-bugreport')
  args.push('--max-scan-time', String(crawlSeconds), '--max-attack-time', String(secondsOfEach))
  args.push('--store-session', path.join(outputFolder, `${label} session`))
  // Without the token the site rejects every form before it reads the fields.
  args.push('-H', `Origin: ${proxy.origin}`, '-s', `${proxy.origin}/login`, '-s', `${proxy.origin}/signup`)
  if (client !== null) args.push('-c', fileFor(`${label} cookies.json`, cookieFile(host, client)))
  const { code, output } = await runTool(label, 'wapiti', args, { withinMs })
  if (code !== 0) return [{ name: 'wapiti: did not come to its end', detail: output.slice(-500) }]
  return readReport(report)
}

/** In the format of wapiti-getcookie: host, path, name. */
function cookieFile(host: string, { cookies }: Client): string {
  const values = [...cookies].map(([name, value]) => [
    name,
    { value, expires: null, secure: false, port: null, version: 0 },
  ])
  return JSON.stringify({ [host.replace(/:\d+$/, '')]: { '/': Object.fromEntries(values) } })
}

function readReport(file: string): Finding[] {
  const { vulnerabilities, anomalies } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    'vulnerabilities' | 'anomalies',
    Record<string, WapitiEntry[]>
  >
  return Object.entries({ ...vulnerabilities, ...anomalies }).flatMap(([category, entries]) =>
    entries.map(({ method, path: where, info, parameter }) => ({
      name: `wapiti: ${category}: ${nameOf(info)}`,
      detail: `${method} ${plainPath(where)} ${parameter}`.trim(),
    })),
  )
}

/** Its sentence without the parts of one place. */
function nameOf(info: string): string {
  return info
    .replace(/https?:\/\/[^\s/]+/g, '')
    .replace(/\/_next\/static\/\S+/g, '/_next/static/…')
    .replace(/\b[0-9a-f]{32,}\b/g, '…')
    .replace(/\s+/g, ' ')
}
