// Crawls the site without JavaScript: every reachable link and file, then every form with each of its buttons. Also
// checks each answer.

import type { Client } from '#e2e/support/client.ts'
import { encodeMultipart, encodeUrl } from '#e2e/support/form-body.ts'
import { type Answer, navigationHeaders } from '#e2e/support/http.ts'
import { type FormOfPage, type PageMarkup, readPage } from '#e2e/support/page-markup.ts'
import { formTokenField } from '#lib/web/forms/form-fields.ts'
import { type Finding, plainPath } from './finding.ts'

/** Far more than the site has. Reaching it means that a page generates links without end. */
const mostVisits = 600

export interface Visit {
  path: string
  /** The page that linked it. */
  from: string
  answer: Answer
  /** Null when it is not a page. */
  page: PageMarkup | null
}

export interface Walk {
  visits: Visit[]
  findings: Finding[]
}

export interface Walker {
  /** For the findings: `signed out`, `admin`. */
  who: string
  /** Opens the site as this visitor, logging in again if needed. */
  enter: () => Promise<Client>
  /** Texts that they must not see. */
  secrets: string[]
  /** Whether their forms are bound to a log-in. */
  isSignedIn: boolean
}

export async function followLinks({ who, enter, secrets, isSignedIn }: Walker, seeds: string[]): Promise<Walk> {
  const client = await enter()
  const visits: Visit[] = []
  const findings: Finding[] = []
  const known = new Set(seeds)
  const ahead = seeds.map((path) => ({ path, from: 'the start' }))

  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    if (visits.length === mostVisits) {
      findings.push({ name: `crawl, ${who}: links without end`, detail: `${mostVisits} and more; ${next.path}` })
      break
    }
    const answer = await client.open(next.path)
    const isPage = answer.headers['content-type']?.startsWith('text/html') === true && answer.location === null
    const visit = { ...next, answer, page: isPage ? readPage(answer.text) : null }
    visits.push(visit)
    const unbound = isSignedIn ? unboundForms(visit) : []
    findings.push(
      ...[...faultsOf(visit, secrets), ...unbound].map((fault) => ({ ...fault, name: `crawl, ${who}: ${fault.name}` })),
    )
    for (const address of addressesOf(visit)) {
      const url = new URL(address, `${client.origin}${next.path}`)
      // The authenticator app of this device takes it.
      if (url.protocol === 'otpauth:') continue
      if (url.origin !== client.origin) {
        findings.push({ name: `crawl, ${who}: a link leaves the site`, detail: `${url.href} on ${next.path}` })
        continue
      }
      const path = url.pathname + url.search
      if (known.has(path)) continue
      known.add(path)
      ahead.push({ path, from: next.path })
    }
  }
  return { visits, findings }
}

/** Every form of the visited pages, once per button. Equal forms on pages of one kind count once. */
export async function sendForms({ who, enter, secrets }: Walker, { visits }: Walk): Promise<Walk> {
  const sent: Visit[] = []
  const findings: Finding[] = []
  const known = new Set<string>()
  for (const { path, page } of visits) {
    for (const { button, method, action, fields } of page?.forms ?? []) {
      const name = `${plainPath(path)}, “${button.split(',')[0]}”`
      // Forms on every page, such as the colour choice, have a URL or action of their own.
      const sameEverywhere = action || fields.find(([field]) => field.startsWith('$ACTION_ID_'))?.[0]
      const identity = sameEverywhere === undefined ? name : `${sameEverywhere} ${button}`
      if (method === 'get' || known.has(identity)) continue
      known.add(identity)
      const client = await enter()
      // Read it again, because its fields belong to a session. A form sent before may have removed it.
      const form = readPage((await client.open(path)).text).forms.find((shown) => shown.button === button)
      if (form === undefined) continue
      const visit = { path: name, from: path, answer: await sendForm(client, path, form), page: null }
      sent.push(visit)
      const faults = [...faultsOf(visit, secrets), ...refusalsOf(visit)]
      if (visit.answer.location !== null) {
        const { pathname, search } = new URL(visit.answer.location, client.origin)
        const after = { path: pathname + search, from: name, answer: await client.open(pathname + search), page: null }
        faults.push(...faultsOf(after, secrets))
      }
      findings.push(...faults.map((fault) => ({ ...fault, name: `crawl, ${who}: ${fault.name}` })))
    }
  }
  return { visits: sent, findings }
}

function sendForm(client: Client, path: string, { action, isMultipart, fields }: FormOfPage): Promise<Answer> {
  const { body, headers } = isMultipart ? encodeMultipart(fields) : encodeUrl(fields)
  return client.send({
    method: 'POST',
    path: action || path,
    body,
    headers: { ...navigationHeaders, origin: client.origin, ...headers },
  })
}

function addressesOf({ answer, page }: Visit): string[] {
  const filtered = page?.forms.filter(({ method }) => method === 'get') ?? []
  const queries = filtered.map(({ action, fields }) => `${action}?${new URLSearchParams(fields)}`)
  return [
    ...(answer.location === null ? [] : [answer.location]),
    ...(page?.links ?? []),
    ...(page?.files ?? []),
    ...queries,
  ]
}

function faultsOf({ path, from, answer, page }: Visit, secrets: string[]): Finding[] {
  const where = plainPath(path)
  const detail = `${path}, from ${from}: ${answer.status}`
  const names: string[] = []
  if (answer.status >= 500) names.push(`${where} fails`)
  if (answer.status === 404 && from !== 'the start') names.push(`a link leads nowhere: ${where}`)
  if (secrets.some((secret) => answer.text.includes(secret))) names.push(`${where} tells what is private`)
  if (page !== null) {
    if (page.headings.length !== 1 || page.headings[0] === '') names.push(`${where} has not one heading`)
    if (!/^.+ · Gatehouse$/.test(page.title)) names.push(`${where} has no title`)
    if (answer.headers['content-security-policy'] === undefined) names.push(`${where} has no Content-Security-Policy`)
  }
  return names.map((name) => ({ name, detail }))
}

/**
 * Forms without the token of their log-in. Log-out must work from a page of any age, and colours belong to the browser.
 */
function unboundForms({ path, page }: Visit): Finding[] {
  const forms = page?.forms.filter(({ method, action }) => method === 'post' && action !== '/logout') ?? []
  return forms
    .filter(({ fields }) => fields.every(([name]) => name !== 'theme'))
    .filter(({ fields }) => fields.every(([name]) => name !== formTokenField))
    .map(({ button }) => ({ name: `“${button}” is not bound to a log-in`, detail: path }))
}

/** The site accepts its own forms, whatever it answers to their values. */
function refusalsOf({ path, answer }: Visit): Finding[] {
  const isRefused = [400, 403, 404, 405, 413, 415].includes(answer.status)
  return isRefused ? [{ name: `the site refuses its own form ${path}`, detail: `${answer.status}` }] : []
}
