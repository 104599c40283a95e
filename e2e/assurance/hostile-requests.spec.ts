// Requests that no page of the site sends. Each gets an answer below 500, changes nothing and leaves the server well.
import { expect, test } from '#e2e/fixtures.ts'
import { findActionId } from '#e2e/support/build-manifests.ts'
import { Client, type Filled } from '#e2e/support/client.ts'
import { encodeActionCall, encodeMultipart, type Fields } from '#e2e/support/form-body.ts'
import { tokenIn } from '#e2e/support/form-markup.ts'
import { navigationHeaders } from '#e2e/support/http.ts'
import { makePerson } from '#e2e/support/person.ts'
import { readStoredUsers } from '#e2e/support/store-contents.ts'
import type { StoreLocation } from '#lib/stores/location.ts'

interface Target {
  path: string
  button: string
  signedIn: boolean
  fields: () => [name: string, value: string][]
  action: string
  /** Fields whose text follows no rule but length. */
  freeText: string[]
}

const targets: Target[] = [
  {
    path: '/signup',
    button: 'Sign up',
    signedIn: false,
    fields: () => {
      const { username, password } = makePerson()
      return Object.entries({ username, password, confirmPassword: password })
    },
    action: 'app/(visitor)/signup/actions.ts#signUp',
    freeText: [],
  },
  {
    path: '/login',
    button: 'Log in',
    signedIn: false,
    fields: () => Object.entries({ ...makePerson() }),
    action: 'app/(visitor)/login/actions.ts#logIn',
    freeText: [],
  },
  {
    path: '/profile/edit',
    button: 'Save profile',
    signedIn: true,
    fields: () => Object.entries({ fullName: 'Somebody', bio: 'Some text', age: '33' }),
    action: 'app/(member)/profile/edit/actions.ts#saveProfile',
    freeText: ['fullName', 'bio'],
  },
]

const loneSurrogate = Buffer.from([0xed, 0xa0, 0x80])
const badBytes = Buffer.from([0xff, 0xfe, 0xc3, 0x28])

for (const target of targets) {
  test.describe(`the form on ${target.path}`, () => {
    let client: Client
    let filled: Filled

    test.beforeEach(async ({ server }) => {
      client = new Client(server.url)
      if (target.signedIn) await client.signUp()
      filled = await client.findForm(target.path, target.button)
    })

    /** Sends the fields as the page without JavaScript does and as a script does. */
    async function expectRefused(store: StoreLocation, what: string, fields: Fields): Promise<void> {
      const users = await readStoredUsers(store)
      const call = encodeActionCall([...tokenIn(filled.form), ...fields])
      const headers = { ...call.headers, 'next-action': findActionId(target.action) }
      const answers = [
        await client.copy().post(filled, fields),
        await client.copy().fetch(target.path, { method: 'POST', body: call.body, headers }),
      ]
      for (const answer of answers)
        expect.soft(answer.status, `${what} → ${answer.text.slice(0, 200)}`).toBeLessThan(500)
      expect.soft(await readStoredUsers(store), what).toBe(users)
    }

    test('takes each field exactly once, as text, and no other [V2.2.1, V2.2.2, V8.2.3, V15.3.3, V15.3.5, V15.3.7, T11, T29]', async ({
      server,
    }) => {
      const fields = target.fields()
      for (const [name, value] of fields) {
        const others = fields.filter(([other]) => other !== name)
        await expectRefused(server.store, `${name} missing`, others)
        await expectRefused(server.store, `${name} twice`, [...fields, [name, value]])
        await expectRefused(server.store, `${name} as a file`, [
          ...others,
          [name, { filename: 'a.txt', content: value }],
        ])
        await expectRefused(server.store, `${name} as a list`, [...others, [`${name}[]`, value]])
      }
      for (const extra of [
        'role',
        'id',
        'passwordHash',
        '__proto__',
        'constructor',
        'toString',
        '',
        'profile.fullName',
      ]) {
        await expectRefused(server.store, `extra field ${extra}`, [...fields, [extra, 'admin']])
      }
      await expectRefused(server.store, 'no field at all', [])
      const crowd = Array.from({ length: 1000 }, (_, index) => [`field${index}`, 'x'] as const)
      await expectRefused(server.store, 'a thousand fields', [...fields, ...crowd])
    })

    test('takes no over-long or broken text [V2.2.1, V2.2.2, V1.3.3, T26]', async ({ server }) => {
      const fields = target.fields()
      for (const [name] of fields) {
        const withText = (text: string | Buffer): Fields =>
          fields.map(([other, value]) => [other, other === name ? text : value])
        await expectRefused(server.store, `${name} over-long`, withText('x'.repeat(100_000)))
        await expectRefused(server.store, `${name} with a lone surrogate`, withText(loneSurrogate))
        await expectRefused(server.store, `${name} with broken UTF-8`, withText(badBytes))
        await expectRefused(server.store, `${name} with NUL`, withText('a\u0000b'))
        await expectRefused(server.store, `${name} with a control character`, withText('a\u0007b'))
        if (!target.freeText.includes(name))
          await expectRefused(server.store, `${name} = __proto__`, withText('__proto__'))
      }
    })

    test('takes no other encoding and no damaged body', async ({ server }) => {
      const users = await readStoredUsers(server.store)
      const whole = encodeMultipart([...filled.form.hidden, ...target.fields()])
      const type = whole.headers['content-type']
      const bodies: [what: string, type: string | undefined, body: string | Buffer][] = [
        ['JSON', 'application/json', JSON.stringify(Object.fromEntries(target.fields()))],
        ['URL-encoded', 'application/x-www-form-urlencoded', new URLSearchParams(target.fields()).toString()],
        ['text', 'text/plain', 'username=a'],
        ['XML', 'text/xml', '<a/>'],
        ['no type', undefined, whole.body],
        ['nonsense type', ';;;', whole.body],
        ['multipart without boundary', 'multipart/form-data', whole.body],
        ['multipart with another boundary', 'multipart/form-data; boundary=other', whole.body],
        ['multipart cut short', type, whole.body.slice(0, -40)],
        ['multipart cut in a header', type, whole.body.slice(0, 60)],
        ['empty', type, ''],
        ['bytes', type, Buffer.alloc(4096, 0xff)],
      ]
      for (const [what, contentType, body] of bodies) {
        for (const action of [undefined, findActionId(target.action)]) {
          const headers = {
            ...navigationHeaders,
            origin: client.origin,
            'content-type': contentType,
            'next-action': action,
          }
          const answer = await client.copy().send({ method: 'POST', path: target.path, body, headers })
          expect
            .soft(answer.status, `${what} with${action ? '' : 'out'} next-action → ${answer.text.slice(0, 200)}`)
            .toBeLessThan(500)
        }
      }
      expect(await readStoredUsers(server.store)).toBe(users)
    })

    test('takes no unknown or damaged action [V1.5.2, T7]', async ({ server, expectedFaults }) => {
      // Next writes this to stderr by itself and answers 404.
      expectedFaults.push(/Failed to find Server Action|Server Reference ID did not match/)
      const users = await readStoredUsers(server.store)
      const unknown = '00'.padEnd(42, 'a')
      const ids = [
        'x',
        unknown,
        '__proto__',
        'constructor',
        '0'.repeat(5000),
        findActionId(target.action).toUpperCase(),
      ]
      for (const id of ids) {
        for (const fields of [
          target.fields(),
          [
            ['1', '{}'],
            ['0', '["$1:a:a"]'],
          ],
          [['0', '["$F1"]']],
          [],
        ] satisfies Fields[]) {
          const call = encodeActionCall(fields)
          const answer = await client
            .copy()
            .fetch(target.path, { method: 'POST', body: call.body, headers: { ...call.headers, 'next-action': id } })
          expect.soft(answer.status, `action ${id.slice(0, 50)} → ${answer.text.slice(0, 200)}`).toBeLessThan(500)
        }
      }
      const damaged: [string, string][][] = [
        [
          ['$ACTION_REF_1', ''],
          ['$ACTION_1:0', '{"id":"x","bound":"$@1"}'],
          ['$ACTION_1:1', '[]'],
        ],
        [
          ['$ACTION_REF_1', ''],
          ['$ACTION_1:0', 'not JSON'],
        ],
        [['$ACTION_REF_1', '']],
        [['$ACTION_REF___proto__', '']],
        [[`$ACTION_ID_${unknown}`, '']],
        [['$ACTION_ID___proto__', '']],
        [['$ACTION_KEY', 'x'.repeat(5000)]],
      ]
      for (const hidden of damaged) {
        const answer = await client.copy().post({ ...filled, form: { ...filled.form, hidden } }, target.fields())
        expect
          .soft(answer.status, `${JSON.stringify(hidden).slice(0, 80)} → ${answer.text.slice(0, 200)}`)
          .toBeLessThan(500)
      }
      expect(await readStoredUsers(server.store)).toBe(users)
    })

    test('takes no huge body [V5.2.1, T11]', async ({ server }) => {
      const users = await readStoredUsers(server.store)
      for (const megabytes of [1, 2, 20]) {
        const body = encodeMultipart([
          ...filled.form.hidden,
          ...target.fields(),
          ['bio', 'x'.repeat(megabytes * 1_048_576)],
        ])
        const headers = { ...navigationHeaders, origin: client.origin, ...body.headers }
        const request = { method: 'POST', path: target.path, body: body.body, headers }
        // The refusal does not wait for the body, so the line may close while the body is still under way.
        const outcome = await client
          .copy()
          .send(request)
          .then(
            ({ status }) => status,
            ({ code }: NodeJS.ErrnoException) => code,
          )
        expect.soft([413, 'EPIPE', 'ECONNRESET'], `${megabytes} MB → ${outcome}`).toContain(outcome)
      }
      expect(await readStoredUsers(server.store)).toBe(users)
      expect((await new Client(server.url).open('/login')).status).toBe(200)
    })
  })
}

test('mangled and foreign cookies mean that nobody is signed in [V7.2.1]', async ({ server, startOwnServer }) => {
  const owner = new Client(server.url)
  await owner.signUp()
  const seal = owner.cookies.get('session') ?? ''
  const foreigner = new Client((await startOwnServer()).url)
  await foreigner.signUp()

  const mangled = [
    foreigner.cookies.get('session') ?? '',
    ...damagedPartByPart(seal),
    seal.slice(1),
    seal.slice(0, -20),
    seal.replace(/[a-z]/, (letter) => letter.toUpperCase()),
    seal.toUpperCase(),
    seal.split('*').toReversed().join('*'),
    `x*${seal}`,
    'x',
    'Fe26.2**',
    'Fe26.2*1*a*b*c*d*e*f~2',
    '%E0%A4%A',
    '%00',
    '__proto__',
    '{"token":"x"}',
    'ü',
    'x'.repeat(4000),
    `Fe26.2*1*${'a'.repeat(3900)}`,
  ]
  for (const value of mangled) {
    const client = new Client(server.url)
    const headers = { cookie: `session=${Buffer.from(value).toString('latin1')}` }
    const page = await client.open('/profile', headers)
    expect.soft([303, 307], `${value.slice(0, 60)} → ${page.status}`).toContain(page.status)
    expect.soft((await client.fetch('/api/session', { headers })).status, value.slice(0, 60)).toBe(401)
    expect.soft((await client.open('/login', headers)).status, value.slice(0, 60)).toBe(200)
  }
  expect(await owner.isSignedIn()).toBe(true)
})

test('repeated cookies, odd cookies and cookies beyond measure are no fault of the server', async ({ server }) => {
  const owner = new Client(server.url)
  await owner.signUp()
  const seal = owner.cookies.get('session') ?? ''
  const lines = [
    `session=x; session=${seal}`,
    `session=${seal}; session=x`,
    'session',
    '=',
    ';;;',
    'session=; __Host-session=x; tz=%%%; theme=__proto__',
    `tz=${'x'.repeat(3000)}; theme=[object Object]`,
    `a=${'x'.repeat(40_000)}`,
  ]
  for (const cookie of lines) {
    const answer = await new Client(server.url).open('/profile', { cookie })
    expect.soft(answer.status, cookie.slice(0, 60)).toBeLessThan(500)
  }
})

test('the handlers answer odd requests below 500', async ({ client }) => {
  const paths = ['/api/session', '/api/session/activity', '/api/password-strength', '/logout', '/healthz', '/readyz']
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '{"__proto__":{"password":"x"}}',
    '"x"',
    '{"password":1,"username":[]}',
    `{"password":"${'x'.repeat(5000)}","username":"a"}`,
    '{"password":"\\ud800","username":"\\u0000"}',
  ]
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      for (const body of method === 'GET' || method === 'HEAD' ? [undefined] : bodies) {
        const answer = await client.fetch(path, {
          method,
          headers: { 'content-type': 'application/json' },
          ...(body !== undefined && { body }),
        })
        expect.soft(answer.status, `${method} ${path} ${body?.slice(0, 60)}`).toBeLessThan(500)
      }
    }
  }
})

test('odd addresses and methods are answered below 500', async ({ client }) => {
  const [script = ''] = /\/_next\/static\/[^"]+\.js/.exec((await client.open('/login')).text) ?? []
  expect((await client.open(script)).status).toBe(200)
  const paths = [
    script,
    '/%',
    '/%E0%A4%A',
    '/%00',
    '/\\',
    '/..%2f..%2fetc%2fpasswd',
    '/_next/static/../../package.json',
    `/${'a'.repeat(8000)}`,
    '/login?%',
    '/login?next=%E0%A4%A',
    '/login?__proto__=x&reason=__proto__',
    '/profile?saved[]=1',
    '/?__proto__[x]=1',
    '/_next/image?url=%2Ficon.svg&w=64&q=75',
  ]
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND', 'TRACE']) {
      const answer = await client.send({ method, path, headers: { ...navigationHeaders, origin: client.origin } })
      expect.soft(answer.status, `${method} ${path.slice(0, 60)}`).toBeLessThan(500)
    }
  }
})

/** The seal with one character changed, once in each of its parts. Behind "~" stands only the number of its format. */
function damagedPartByPart(seal: string): string[] {
  const parts = (seal.split('~')[0] ?? '').split('*')
  return parts
    .map((part, index) =>
      parts
        .with(
          index,
          part.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')),
        )
        .join('*'),
    )
    .filter((damaged) => damaged !== parts.join('*'))
    .map((damaged) => `${damaged}~2`)
}
