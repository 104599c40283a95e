// Posts every form as no page would: repeated, mistyped and invalid fields, and steps out of order. Each runs as a user
// who may post the form, so that only its fields can be wrong.
import { expect, test } from '#e2e/fixtures.ts'
import { firstAdmin, type KnownPerson, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { encodeActionCall, type Fields, type Part } from '#e2e/support/form-body.ts'
import type { Answer } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { actionForm, pageOf, readSiteActions, type SiteAction, siteAction } from '#e2e/support/site-actions.ts'
import { findStoredUser, readStoredState } from '#e2e/support/store-contents.ts'

/** Names with a meaning in JavaScript, which must be plain names here. */
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  '{"__proto__":{"role":"admin"}}',
]

/** Values that no field of any form accepts. */
const wrongParts: Record<string, Part> = {
  'a file': { filename: '../../etc/passwd', content: 'x' },
  'over-long text': 'x'.repeat(20_000),
  'broken UTF-8': Buffer.from([0x61, 0xff, 0xfe]),
  'a lone surrogate': Buffer.from([0xed, 0xa0, 0x80]),
}
/** Values that only passwords, which are any text, and search fields accept. */
const wrongTexts: Record<string, Part> = { 'a NUL': 'ab\u0000cd', 'an override of direction': 'ab\u202ecd' }
const anyText = /password|^(id|next|act)$/i

const whoPosts = (action: string) => /^app\/\((admin|visitor)\)/.exec(action)?.[1] ?? 'member'

test.describe('every form', { tag: '@json' }, () => {
  let target: KnownPerson
  let clients: Record<string, Client>
  let tokens: Record<string, [string, string][]>

  test.beforeEach(async ({ server }) => {
    target = await makePersonWith(server, 'member')
    clients = {
      admin: await logInAs(server, await firstAdmin(server)),
      member: await logInAs(server, await makePersonWith(server, 'member')),
      visitor: new Client(server.url),
    }
    tokens = {}
    for (const [who, client] of Object.entries(clients)) tokens[who] = await client.formToken()
  })

  /** The form as its page would post it, about an existing user. */
  function fieldsFor(action: SiteAction): Fields {
    return action.fields.map(([name, value]) => [name, /^ids?$/.test(name) ? target.id : value])
  }

  async function post(action: SiteAction, fields: Fields): Promise<Answer> {
    const who = whoPosts(action.name)
    const client = clients[who]?.copy() ?? new Client('none:')
    const form = actionForm(action.id)
    form.hidden.push(...(tokens[who] ?? []))
    return client.post({ path: pageOf(action, target.id), form }, fields)
  }

  async function postByScript(action: SiteAction, fields: Fields): Promise<Answer> {
    const who = whoPosts(action.name)
    const { body, headers } = encodeActionCall([...(tokens[who] ?? []), ...fields])
    const client = clients[who]?.copy() ?? new Client('none:')
    return client.fetch(pageOf(action, target.id), {
      method: 'POST',
      body,
      headers: { ...headers, 'next-action': action.id },
    })
  }

  function wrongForms(action: SiteAction): [what: string, fields: Fields][] {
    const fields = fieldsFor(action)
    const crowd = Array.from({ length: 1000 }, (_, n) => [`x${n}`, 'x'] as const)
    const extra = ['role', 'passwordHash', '__proto__', 'constructor', '', 'profile.fullName']
    const forms: [string, Fields][] = [
      ...extra.map((name): [string, Fields] => [`also ${name}`, [...fields, [name, 'admin'], [name, 'admin']]]),
      ['a thousand fields', [...fields, ...crowd]],
    ]
    for (const [name, value] of fields) {
      const others = fields.filter(([other]) => other !== name)
      forms.push([`no ${name}`, others], [`${name} twice`, [...fields, [name, value]]])
      forms.push([`a list of ${name}`, [...others, [`${name}[]`, value]]])
      const wrong = anyText.test(name) ? wrongParts : { ...wrongParts, ...wrongTexts }
      for (const [what, part] of Object.entries(wrong)) forms.push([`${what} as ${name}`, [...others, [name, part]]])
    }
    return forms
  }

  for (const who of ['visitor', 'member', 'admin']) {
    test(`of a ${who} accepts each field once, as text, within its rule, and no other field [V2.2.1, V2.2.2, V1.3.3, V5.3.2, V8.2.3, V15.3.3, V15.3.5, V15.3.7, T11, T26, T29]`, async ({
      server,
    }) => {
      const actions = readSiteActions().filter(({ name }) => whoPosts(name) === who)
      expect(actions.length).toBeGreaterThan(5)
      for (const action of actions) {
        // The page of an enrolment stores its key when it is first shown.
        await clients[who]?.copy().open(pageOf(action, target.id))
        const before = await readStoredState(server.store)
        for (const [what, fields] of wrongForms(action)) {
          for (const { status, text } of [await post(action, fields), await postByScript(action, fields)]) {
            expect.soft(status, `${action.name} with ${what} → ${text.slice(0, 200)}`).toBeLessThan(500)
          }
        }
        const isSame = (await readStoredState(server.store)) === before
        expect.soft(isSame, `${action.name} changed nothing`).toBe(true)
      }
    })
  }

  test('is accepted when valid', async ({ server }) => {
    for (const action of [siteAction('saveProfile'), siteAction('changeRole')]) await post(action, fieldsFor(action))
    expect(await readStoredState(server.store)).toContain('Written by nobody')
    expect(await findStoredUser(server.store, target.username)).toMatchObject({ role: 'admin' })
  })

  test('rejects a step before the one that leads to it [V2.3.1]', async ({ server }) => {
    const steps = [
      'resetPassword', // before the link was opened
      'reportCompromise',
      'finishSetup',
      'verifyEmail', // before an address was given
      'resendCode',
      'confirm', // with an act that never waited
      'endImpersonation', // without looking
    ]
    const before = await readStoredState(server.store)
    for (const name of steps) {
      const action = siteAction(name)
      const act: Fields = name === 'confirm' ? [['act', 'a'.repeat(43)]] : []
      const { status } = await post(action, [...fieldsFor(action), ...act])
      expect.soft(status, name).toBeLessThan(500)
      expect.soft(await readStoredState(server.store), name).toBe(before)
    }
    // Nor with a link's secret that was made up.
    for (const path of ['/reset-password', '/not-me', '/setup']) {
      const client = new Client(server.url)
      await client.open(`${path}?token=${'a'.repeat(43)}`)
      const { status, text } = await client.open(path)
      expect(status, path).toBe(200)
      expect(text, `${path} shows no form for a new password`).not.toContain('type="password"')
    }
    expect(await readStoredState(server.store)).toBe(before)
  })

  test('changes only records of its sender, whatever ids it contains [V8.2.2]', async ({ server }) => {
    const theirs = await logInAs(server, target)
    const before = await findStoredUser(server.store, target.username)
    for (const action of readSiteActions()) {
      if (!action.name.startsWith('app/(member)')) continue
      for (const name of ['id', 'userId', 'username', 'person', 'sessionId']) {
        const others = fieldsFor(action).filter(([other]) => other !== name)
        await post(action, [...others, [name, name === 'username' ? target.username : target.id]])
      }
    }
    expect(await findStoredUser(server.store, target.username)).toEqual(before)
    expect(await theirs.isSignedIn()).toBe(true)
  })
})

test('names of JavaScript properties are plain names, also with __proto__ disabled [T26, V1.5.2, V15.3.6]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { NODE_OPTIONS: '--disable-proto=throw' } })
  const member = await makePersonWith(server, 'member')
  const admin = await logInAs(server, await firstAdmin(server))
  const client = await logInAs(server, member)
  const confirm = actionForm(siteAction('confirm').id)
  confirm.hidden.push(...(await client.formToken()))
  const before = await readStoredState(server.store)
  for (const key of keys) {
    const visitor = new Client(server.url)
    const person = { username: key, password: makePerson().password }
    const inUrl = encodeURIComponent(key)
    const answers = [
      await visitor.submit('/login', 'Log in', person),
      await visitor.submit('/forgot-password', 'Send link', { email: key }),
      await visitor.open(`/reset-password?token=${inUrl}`),
      await visitor.open('/profile', {
        cookie: `session=${inUrl}; theme=${key}; time-zone=${key}; tz=${key}; device=${key}`,
      }),
      await visitor.open('/profile', { cookie: `session=Fe26.2*${inUrl}*a*b*c*d*e*f~2` }),
      await client.post({ path: '/confirm', form: confirm }, [
        ['password', key],
        ['act', key],
      ]),
      await admin.open(`/admin/users/${inUrl}`),
      await admin.open(`/admin/users?search=${inUrl}&role=${inUrl}&state=${inUrl}&order=${inUrl}`),
      await admin.open(`/admin/audit?event=${inUrl}&person=${inUrl}`),
      await admin.open(`/admin?period=${inUrl}`),
    ]
    for (const [n, { status }] of answers.entries()) expect.soft(status, `${key}, request ${n}`).toBeLessThan(500)
    if (/^[a-z]+$/i.test(key)) continue
    await visitor.submit('/signup', 'Sign up', { ...person, confirmPassword: person.password })
    expect.soft(await visitor.isSignedIn(), key).toBe(false)
  }
  expect(await readStoredState(server.store)).toBe(before)
  // Those of plain letters are valid usernames.
  for (const username of ['constructor', 'prototype', 'tostring', 'valueof', 'hasownproperty']) {
    const namesake = await new Client(server.url).signUp({ ...makePerson(), username })
    expect(await findStoredUser(server.store, username)).toMatchObject({ username, role: 'member' })
    await logInAs(server, namesake)
  }
  expect((await client.readSession())?.user.role).toBe('member')
})
