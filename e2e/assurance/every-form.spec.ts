// Every form of the site, posted as no page of it would: each field is taken once, as text and by its rule, and no step
// of a way before the one that leads to it. Tried by who may post the form, so that only its fields can be at fault.
import { expect, test } from '#e2e/fixtures.ts'
import { actionForm, fieldsOf } from '#e2e/support/action-forms.ts'
import { firstAdmin, type KnownPerson, logInAs, makePersonWith } from '#e2e/support/admin.ts'
import { findActionId, readActions } from '#e2e/support/build-manifests.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import type { Fields, Part } from '#e2e/support/form-body.ts'
import type { Answer } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { findStoredUser, readStoredState } from '#e2e/support/store-contents.ts'

/** Names that mean something to JavaScript; none of them may be more than a name. */
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

/** What no field of any form takes. */
const wrongParts: Record<string, Part> = {
  'a file': { filename: '../../etc/passwd', content: 'x' },
  'over-long text': 'x'.repeat(20_000),
  'broken UTF-8': Buffer.from([0x61, 0xff, 0xfe]),
}
/** What only passwords take, which are any text, and what is only looked for. */
const wrongTexts: Record<string, Part> = { 'a NUL': 'ab\u0000cd', 'an override of direction': 'ab\u202ecd' }
const anyText = /password|^(id|next|act)$/i

const whoPosts = (action: string) => /^app\/\((admin|visitor)\)/.exec(action)?.[1] ?? 'member'

/** Where the form of an action is found: the page beside it, or one that shows it. */
function pageOf(action: string, personId: string): string {
  const [file = '', name = ''] = action.split('#')
  if (/^app\/(theme|look)\//.test(file)) return '/profile'
  const page = `/${file.replace(/^app\/|\([^)]*\)\/|\/actions\.ts$/g, '')}`
  const acts: Record<string, string> = { suspend: '/suspend', lookAs: '/look', deletePerson: '/delete' }
  return page === '/admin/users' ? `${page}/${personId}${acts[name] ?? ''}` : page
}

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

  /** As its page would post it, about somebody who is there. */
  function fieldsFor(action: string): Fields {
    return (fieldsOf[action] ?? []).map(([name, value]) => [name, name === 'id' ? target.id : value])
  }

  async function post(action: string, fields: Fields): Promise<Answer> {
    const who = whoPosts(action)
    const client = clients[who]?.copy() ?? new Client('none:')
    const form = actionForm(findActionId(action))
    form.hidden.push(...(tokens[who] ?? []))
    return client.post({ path: pageOf(action, target.id), form }, fields)
  }

  function wrongForms(action: string): [what: string, fields: Fields][] {
    const fields = fieldsFor(action)
    const crowd = Array.from({ length: 1000 }, (_, n) => [`x${n}`, 'x'] as const)
    const forms: [string, Fields][] = [
      ['a role', [...fields, ['role', 'admin'], ['role', 'admin']]],
      ['__proto__', [...fields, ['__proto__', 'admin']]],
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

  test('takes each field once, as text, within its rule, and no field beside them [V2.2.1, V2.2.2, V1.3.3, V5.3.2, T11]', async ({
    server,
  }) => {
    test.setTimeout(minutes(3))
    const actions = readActions()
    expect(actions.length).toBeGreaterThan(25)
    for (const { name: action } of actions) {
      expect(fieldsOf, 'every action has its fields there').toHaveProperty([action])
      const before = await readStoredState(server.store)
      for (const [what, fields] of wrongForms(action)) {
        const { status, text } = await post(action, fields)
        expect.soft(status, `${action} with ${what} → ${text.slice(0, 200)}`).toBeLessThan(500)
      }
      const isSame = (await readStoredState(server.store)) === before
      expect.soft(isSame, `${action} changed nothing`).toBe(true)
    }
  })

  test('would have been taken as it should be', async ({ server }) => {
    const taken = ['app/(member)/profile/edit/actions.ts#saveProfile', 'app/(admin)/admin/users/actions.ts#changeRole']
    for (const action of taken) await post(action, fieldsFor(action))
    expect(await readStoredState(server.store)).toContain('Written by nobody')
    expect(await findStoredUser(server.store, target.username)).toMatchObject({ role: 'admin' })
  })

  test('knows no step before the one that leads to it [V2.3.1]', async ({ server }) => {
    const steps = [
      'app/(visitor)/reset-password/actions.ts#resetPassword', // before the link was opened
      'app/(visitor)/not-me/actions.ts#reportCompromise',
      'app/(visitor)/setup/actions.ts#finishSetup',
      'app/(member)/verify-email/actions.ts#verifyEmail', // before an address was given
      'app/(member)/verify-email/actions.ts#resendCode',
      'app/(member)/confirm/actions.ts#confirm', // with an act that never waited
      'app/look/actions.ts#stopLooking', // without looking
    ]
    const before = await readStoredState(server.store)
    for (const action of steps) {
      const act: Fields = action.endsWith('#confirm') ? [['act', 'a'.repeat(43)]] : []
      const { status } = await post(action, [...fieldsFor(action), ...act])
      expect.soft(status, action).toBeLessThan(500)
      expect.soft(await readStoredState(server.store), action).toBe(before)
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

  test('acts on nobody’s records but those of who posts it, whatever ids it carries [V8.2.2]', async ({ server }) => {
    const theirs = await logInAs(server, target)
    const before = await findStoredUser(server.store, target.username)
    for (const { name: action } of readActions()) {
      if (!action.startsWith('app/(member)')) continue
      for (const name of ['id', 'userId', 'username', 'person', 'sessionId']) {
        const others = fieldsFor(action).filter(([other]) => other !== name)
        await post(action, [...others, [name, name === 'username' ? target.username : target.id]])
      }
    }
    expect(await findStoredUser(server.store, target.username)).toEqual(before)
    expect(await theirs.isSignedIn()).toBe(true)
  })
})

test('names of JavaScript’s own are names, also where __proto__ is forbidden [T26, V1.5.2, V15.3.6]', {
  tag: '@json',
}, async ({ startOwnServer }) => {
  const server = await startOwnServer({ env: { NODE_OPTIONS: '--disable-proto=throw' } })
  const member = await makePersonWith(server, 'member')
  const admin = await logInAs(server, await firstAdmin(server))
  const client = await logInAs(server, member)
  const confirm = actionForm(findActionId('app/(member)/confirm/actions.ts#confirm'))
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
      await visitor.open('/profile', { cookie: `session=${inUrl}; theme=${key}; tz=${key}; device=${key}` }),
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
  // Those that are plain letters are names that people can have.
  for (const username of ['constructor', 'prototype', 'tostring', 'valueof', 'hasownproperty']) {
    const namesake = await new Client(server.url).signUp({ ...makePerson(), username })
    expect(await findStoredUser(server.store, username)).toMatchObject({ username, role: 'member' })
    await logInAs(server, namesake)
  }
  expect((await client.readSession())?.user.role).toBe('member')
})
