// Crawls without JavaScript as a visitor, a member and an admin, then opens everything found by the last two as a
// visitor.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '#e2e/support/client.ts'
import { isRefusal } from '#e2e/support/refusals.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { projectDir } from '#e2e/support/server-process.ts'
import { isPublicRoute, publicRoutes } from '#lib/web/guards/public-routes.ts'
import { followLinks, sendForms, type Visit, type Walker } from './crawl.ts'
import { type Finding, merge, type Report } from './finding.ts'
import { type People, visitor } from './people.ts'

/** A path that does not exist: its page is a page like others. */
const nowhere = '/nowhere'

export async function walkSite(server: TestServer, { member, other, admin }: People): Promise<Report> {
  const outsider = async () => new Client(server.url)
  const walkers: (Walker & { seeds: string[] })[] = [
    {
      who: 'signed out',
      enter: outsider,
      isSignedIn: false,
      secrets: [...member.privateTexts, ...other.privateTexts, admin.username],
      seeds: ['/', nowhere, ...publicRoutes.filter((path) => path !== '/logout')],
    },
    {
      who: 'member',
      enter: visitor(server, member),
      isSignedIn: true,
      secrets: other.privateTexts,
      seeds: ['/', nowhere],
    },
    { who: 'admin', enter: visitor(server, admin), isSignedIn: true, secrets: [], seeds: ['/', nowhere] },
  ]
  const visits: Visit[] = []
  const findings: Finding[] = []
  const figures: string[] = []
  for (const { seeds, ...walker } of walkers) {
    const links = await followLinks(walker, seeds)
    const forms = await sendForms(walker, links)
    visits.push(...links.visits)
    findings.push(...links.findings, ...forms.findings)
    figures.push(`${walker.who}: ${links.visits.length} addresses, ${forms.visits.length} buttons`)
  }
  const paths = [...new Set(visits.map(({ path }) => path))]
  const secrets = walkers[0]?.secrets ?? []
  const files = readdirSync(join(projectDir, 'public'))
  for (const path of paths) {
    const answer = await new Client(server.url).open(path)
    const { pathname } = new URL(path, server.url)
    const isFile = pathname.startsWith('/_next/static/') || files.includes(pathname.slice(1))
    const isOpen = isPublicRoute(pathname) || isFile
    const isTold = secrets.some((secret) => answer.text.includes(secret))
    if (isTold || !(isOpen || isRefusal(answer))) {
      findings.push({ name: `crawl: nobody may open ${pathname}`, detail: `${path}: ${answer.status}` })
    }
  }
  return {
    tool: 'crawl without JavaScript',
    lookedAt: 'every link, file and button; private addresses again, signed out',
    requests: 0,
    figures: figures.join('; '),
    findings: merge(findings),
  }
}
