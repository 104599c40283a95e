// Requests every route handler and every page in every way.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRoutes } from '#e2e/support/build-manifests.ts'
import type { Request } from '#e2e/support/http.ts'
import { ceremonies } from '#lib/features/passkeys/ceremonies.ts'
import { adminOver, member, type Scenario } from './actors.ts'
import { createCurrentActor } from './current-actor.ts'
import { expectHarmless, sendTo } from './judge.ts'
import { type Body, body, type Cookie, contentType, cookie, headers, query } from './plan.ts'
import { holdsFor } from './property.ts'
import { encode } from './request.ts'
import { type FuzzedSite, openSite } from './site.ts'
import { createFigures } from './stats.ts'

interface Handler {
  /** How a page of the site calls it. */
  method: string
  scenario: Scenario
  /** Each success needs a new user. */
  seldom?: true
  /** Its JSON input. */
  question?: fc.Arbitrary<unknown>
  queries?: readonly string[]
}

interface Plan {
  method: string
  path: string
  query: string
  cookie: Cookie
  headers: Record<string, string>
  type: string
  body: Body
}

const anyText = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 300 }))
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']

const handlers: Record<string, Handler> = {
  '/api/session': { method: 'GET', scenario: member },
  '/api/session/activity': { method: 'POST', scenario: member },
  '/api/password-strength': {
    method: 'POST',
    scenario: member,
    question: fc.oneof(fc.record({ password: anyText, username: anyText }), fc.object({ maxDepth: 2 })),
  },
  '/api/username': {
    method: 'POST',
    scenario: member,
    question: fc.oneof(fc.record({ username: anyText }), fc.object({ maxDepth: 2 })),
  },
  '/api/passkeys/options': {
    method: 'POST',
    scenario: member,
    question: fc.oneof(
      fc.record({ ceremony: fc.constantFrom(...ceremonies, ''), username: anyText }),
      fc.object({ maxDepth: 2 }),
    ),
  },
  '/api/passkeys/automatic': {
    method: 'POST',
    scenario: member,
    question: fc.oneof(fc.record({ id: anyText, type: fc.constant('public-key') }), fc.object({ maxDepth: 3 })),
  },
  '/api/picture/x': { method: 'GET', scenario: member, queries: ['?v=1', '?v=__proto__', '?v='] },
  '/logout': { method: 'POST', scenario: member, seldom: true },
  '/healthz': { method: 'GET', scenario: member },
  '/readyz': { method: 'GET', scenario: member },
  '/profile/picture/upload': { method: 'POST', scenario: member },
  '/security/export': { method: 'GET', scenario: member },
  '/admin/users/export': {
    method: 'GET',
    scenario: adminOver(),
    queries: [
      ...['?search=a&role=admin&state=active&order=newest', '?role=__proto__', '?order=constructor', '?state=x'],
      ...['?act=export', '?act=export&id=x&id=y', '?act=export&id=__proto__', '?id=%00&act=%00'],
    ],
  },
  '/admin/audit/export': {
    method: 'GET',
    scenario: adminOver(),
    queries: [
      ...['?format=csv', '?format=jsonl', '?format=', '?format=csv&event=session.started&from=2026-02-30', '?before=0'],
      ...['?before=-1', '?before=1e99', '?person=__proto__', '?event=constructor', '?outcome=x', '?from=x&to=y'],
    ],
  },
}

const notOwn = cookie.filter((so) => so !== 'own')
const pages = readRoutes().filter(({ isHandler }) => !isHandler)
const hostilePart = fc.constantFrom(
  'x',
  '__proto__',
  '%00',
  '%E0%A4%A',
  '%2e%2e',
  '%252F',
  '%25E0%25A4',
  '%2F',
  "'",
  '%3Cscript%3E',
  'a'.repeat(300),
)

let site: FuzzedSite

beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

test('tries every handler of the build', () => {
  const built = readRoutes().filter(({ isHandler }) => isHandler)
  // The icon is a file.
  expect(
    built
      .map(({ path }) => path)
      .filter((path) => path !== '/icon.svg')
      .toSorted(),
  ).toEqual(Object.keys(handlers).toSorted())
})

describe('for any request, the answer is below 500 and reveals nothing of other users [V15.3.6]', () => {
  test.concurrent.each(Object.entries(handlers))(
    '%s',
    async (path, { method, scenario, seldom, question, queries = [] }) => {
      const bodies = question?.map((asked) => ({ text: JSON.stringify(asked) })) ?? body
      await tryAll(
        path,
        scenario,
        fc.record({
          method: fc.oneof({ weight: 6, arbitrary: fc.constant(method) }, fc.constantFrom(...methods)),
          path: fc.constant(path),
          query: queries.length > 0 ? fc.oneof(fc.constantFrom(...queries), query) : query,
          cookie: seldom ? fc.oneof({ weight: 1, arbitrary: cookie }, { weight: 9, arbitrary: notOwn }) : cookie,
          headers,
          type: fc.oneof({ weight: 3, arbitrary: fc.constant('application/json') }, contentType),
          body: fc.oneof({ weight: 2, arbitrary: bodies }, body),
        }),
      )
    },
  )

  const pageAsked = (scenario: Scenario, name: string) =>
    tryAll(
      name,
      scenario,
      fc.record({
        method: fc.oneof({ weight: 9, arbitrary: fc.constant('GET') }, fc.constantFrom(...methods)),
        path: fc
          .tuple(fc.constantFrom(...pages), hostilePart)
          .map(([page, part]) => page.path.replace(/\/x(?=\/|$)/, `/${part}`)),
        query,
        cookie,
        headers,
        type: contentType,
        body,
      }),
    )
  test.concurrent('pages of a member', () => pageAsked(member, 'pages of a member'))
  test.concurrent('pages of an admin', () => pageAsked(adminOver(), 'pages of an admin'))
})

async function tryAll(name: string, scenario: Scenario, plans: fc.Arbitrary<Plan>): Promise<void> {
  const figures = createFigures()
  const current = createCurrentActor(site, { scenario, isVisitors: false })
  const isAdmins = name.includes('admin')
  async function one(plan: Plan): Promise<void> {
    await site.barrier.through(async () => {
      const { client: own } = await current.take()
      const client = current.clientFor(plan.cookie, own)
      const request = toRequest(plan, own.origin)
      const answer = await sendTo(client, request)
      if (answer === null) return
      figures.count(answer)
      expectHarmless(answer, request, site, { isAdmin: isAdmins && plan.cookie === 'own' })
      if (client === own) current.judge(answer)
    })
  }
  try {
    await holdsFor(name, plans, { one, look: site.expectSound })
  } finally {
    figures.write(name)
  }
}

function toRequest({ method, path, query, type, body, ...plan }: Plan, origin: string): Request {
  const scripted = { origin, 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }
  const headers = { ...scripted, ...(type !== '' && { 'content-type': type }), ...plan.headers }
  const request = { method, path: path + query, headers }
  return method === 'GET' || method === 'HEAD' ? request : { ...request, body: encode(body, [['a', 'b']], '--x--') }
}
